import './plain-output.ts';
import { Command } from 'commander';
import { createConsola } from 'consola';
import { addCommands } from './commands/index.ts';
import { describeError } from './describe-error.ts';
import { CommandError } from './errors.ts';
import { PipelineFolder } from './folder.ts';
import { onInterrupt } from './interrupt.ts';
import { loadPipeline } from './load-pipeline.ts';
import { lock } from './lock.ts';
import { addOverrideOptions, type Overrides } from './overrides.ts';
import { stageTable } from './stages/index.ts';

const log = createConsola({ level: 3, formatOptions: { date: false } });
const verbose = process.argv.includes('--verbose') || process.env.NX_VERBOSE_LOGGING === 'true';

const interrupted = onInterrupt(() =>
  log.warn('Stopping after this step; it can go on from here. Ctrl-C again stops at once.'),
);

async function runStage(name: string, root: string, overrides: Overrides): Promise<void> {
  if (!Object.hasOwn(stageTable, name))
    throw new CommandError('stage', `one of ${Object.keys(stageTable).join(', ')}`, name);
  const { default: stage } = await stageTable[name as keyof typeof stageTable]();
  const folder = new PipelineFolder(root);
  folder.requireConfig();
  const unlock = await lock(folder.lockFile);
  try {
    await stage({
      folder,
      log,
      signal: interrupted,
      loadPipeline: () => loadPipeline(folder.root, overrides),
    });
  } finally {
    await unlock();
  }
}

const program = new Command('trainyard').description(
  'Train a CNN in TypeScript, ship it everywhere as ONNX.',
);

addOverrideOptions(
  program.command('stage <stage> <folder>').description('run one stage of a pipeline; Nx does this in order'),
)
  .option('--verbose', 'show the stack of an error')
  .action(runStage);

program
  .command('new-pipeline <name>')
  .description('make a pipeline from a folder of pictures, one sub-folder a class')
  .requiredOption('--data <folder>', 'the folder of pictures')
  .option('--size <pixels>', 'height and width that pictures are brought to', '64')
  .option('--verbose', 'show the stack of an error')
  .action(async (name: string, options: { data: string; size: string }) => {
    const { newPipeline } = await import('./new-pipeline.ts');
    await newPipeline(name, options, log);
  });

await addCommands(program, { log, interrupted }, process.argv[2]);
for (const command of program.commands)
  if (!command.options.some(({ long }) => long === '--verbose'))
    command.option('--verbose', 'show the stack of an error');

try {
  await program.parseAsync();
  if (interrupted.aborted) process.exitCode = 130;
} catch (error) {
  // What an abort throws is no failure: the user asked for it, and was told.
  if (interrupted.aborted && error === interrupted.reason) process.exitCode = 130;
  else {
    log.error(verbose && error instanceof Error ? error : describeError(error));
    process.exitCode = 1;
  }
}

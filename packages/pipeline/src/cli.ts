import './plain-output.ts';
import { Command } from 'commander';
import { createConsola } from 'consola';
import { CommandError } from './errors.ts';
import { PipelineFolder } from './folder.ts';
import { loadPipeline } from './load-pipeline.ts';
import { addOverrideOptions, type Overrides } from './overrides.ts';
import { stageTable } from './stages/index.ts';

const log = createConsola({ level: 3, formatOptions: { date: false } });
const verbose = process.argv.includes('--verbose') || process.env.NX_VERBOSE_LOGGING === 'true';

const interrupted = new AbortController();
process.once('SIGINT', () => {
  log.warn('Stopping after this step; the same command goes on from here. Ctrl-C again stops at once.');
  interrupted.abort();
  process.once('SIGINT', () => process.exit(130));
});

async function runStage(name: string, root: string, overrides: Overrides): Promise<void> {
  const load = stageTable[name as keyof typeof stageTable];
  if (!load) throw new CommandError('stage', `one of ${Object.keys(stageTable).join(', ')}`, name);
  const { default: stage } = await load();
  const folder = new PipelineFolder(root);
  await stage({
    folder,
    log,
    signal: interrupted.signal,
    loadPipeline: () => loadPipeline(folder.root, overrides),
  });
  if (interrupted.signal.aborted) process.exitCode = 130;
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

try {
  await program.parseAsync();
} catch (error) {
  const failure = error instanceof Error ? error : new Error(String(error));
  log.error(verbose ? failure : failure.message.split('\n')[0]);
  process.exitCode = 1;
}

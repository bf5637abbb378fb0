import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { CommandError } from '../errors.ts';
import { type CommandContext, pipelineName, withStore } from './context.ts';

/** Who decides, where nobody is named. */
const me = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
};

interface Why {
  readonly by: string;
  readonly reason: string;
}

const withWhy = (command: Command, reason: string): Command =>
  command
    .option('--by <name>', 'who decides', me())
    .option('--reason <text>', 'why; it stands in the decision', reason);

export const approveCommand = (program: Command, { log }: CommandContext) =>
  withWhy(
    program
      .command('approve <pipeline> [version]')
      .description('make the challenger, or a version, champion'),
    'approved',
  ).action(async (given: string, wanted: string | undefined, why: Why) => {
    const model = pipelineName(given);
    await withStore(async ({ aliases }) => {
      const { champion, challenger } = await aliases.get(model);
      const version = wanted === undefined ? challenger?.version : Number(wanted);
      if (!version || !Number.isInteger(version))
        throw new CommandError(
          `approve ${model}`,
          wanted === undefined ? 'a challenger that waits' : 'the number of a version',
          wanted ?? 'none',
          `\`nx run ${model}:models\` lists the versions`,
        );
      await aliases.approve({ model, version }, why);
      await aliases.promote({ model, version }, { ...why, approved: true, over: champion?.version ?? null });
      log.success(`version ${version} of ${model} is champion`);
    });
  });

export const refuseCommand = (program: Command, { log }: CommandContext) =>
  withWhy(
    program.command('refuse <pipeline> [version]').description('record that the challenger is not to serve'),
    'refused',
  ).action(async (given: string, wanted: string | undefined, why: Why) => {
    const model = pipelineName(given);
    await withStore(async ({ aliases }) => {
      const { challenger } = await aliases.get(model);
      const version = wanted === undefined ? challenger?.version : Number(wanted);
      if (!version || !Number.isInteger(version))
        throw new CommandError(`refuse ${model}`, 'a challenger that waits', wanted ?? 'none');
      await aliases.refuse({ model, version }, why);
      log.success(`version ${version} of ${model} is refused`);
    });
  });

export const rollbackCommand = (program: Command, { log }: CommandContext) =>
  withWhy(
    program.command('rollback <pipeline>').description('make the previous champion champion again'),
    'rolled back',
  ).action(async (given: string, why: Why) => {
    const model = pipelineName(given);
    await withStore(async ({ aliases }) => {
      const { aliases: now } = await aliases.rollback(model, why);
      log.success(`champion of ${model}: version ${now.champion!.version}, ${now.champion!.bundle}`);
    });
  });

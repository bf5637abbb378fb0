import { exportFiles } from '@trainyard/registry';
import type { Command } from 'commander';
import { CommandError } from '../errors.ts';
import { type CommandContext, pipelineName, withStore } from './context.ts';
import { figure, makeTable, short, time } from './format.ts';

export const modelsCommand = (program: Command, { log }: CommandContext) =>
  program
    .command('models <pipeline>')
    .description('list versions, who serves, and the decisions; or deploy the champion into a folder')
    .option('--deploy <folder>', "write the champion's bundle there: all of it, or nothing")
    .action(async (given: string, { deploy }: { deploy?: string }) => {
      const model = pipelineName(given);
      await withStore(async ({ aliases, versions, artifacts }) => {
        const { champion, challenger, previous } = await aliases.get(model);
        if (deploy) {
          if (!champion)
            throw new CommandError(`deploy ${model}`, 'a champion', 'none', 'retrain, or approve one');
          await exportFiles(artifacts, champion.files, deploy);
          log.success(`version ${champion.version}, ${champion.bundle}: ${deploy}`);
          return;
        }
        const table = makeTable({ head: ['version', 'alias', 'accuracy', 'bundle', 'run', 'created'] });
        const names = { champion, challenger, previous };
        for (const { version, metrics, bundle, run, created } of await versions.list(model))
          table.push([
            version,
            Object.entries(names)
              .filter(([, one]) => one?.version === version)
              .map(([name]) => name)
              .join(', '),
            figure(metrics.accuracy),
            short(bundle),
            short(run),
            time(created),
          ]);
        const decisions = makeTable({
          head: ['decision', 'version', 'by', 'when', 'why'],
          colWidths: [11, 9, 12, 24, 80],
          wordWrap: true,
        });
        for (const { kind, version, by, created, reason } of await aliases.decisions(model, { limit: 20 }))
          decisions.push([kind, version, by, time(created), reason]);
        log.log(`${table}\n${decisions}`);
      });
    });

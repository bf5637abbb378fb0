import { cancelRun } from '@trainyard/jobs';
import type { Run, Store } from '@trainyard/registry';
import type { Command } from 'commander';
import { CommandError } from '../errors.ts';
import { flows } from '../jobs/flows.ts';
import { compareRuns } from './compare-runs.ts';
import { type CommandContext, pipelineName, withStore } from './context.ts';
import { duration, figure, makeTable, short, time } from './format.ts';
import { lineageLines } from './lineage-lines.ts';
import { showRun } from './show-run.ts';
import { withQueue } from './work-on.ts';

export const runsCommand = (program: Command, { log }: CommandContext) => {
  program
    .command('runs <pipeline> [verb] [ids...]')
    .description('list runs; `show <run>`, `compare <run> <run>…`, `lineage [version]`, `cancel <run>`')
    .option('--limit <count>', 'runs of the list', '20')
    .option('--reason <text>', 'why a run is cancelled', 'by hand')
    .action(
      async (
        given: string,
        verb: string | undefined,
        ids: readonly string[],
        { limit, reason }: { limit: string; reason: string },
      ) => {
        const pipeline = pipelineName(given);
        await withStore(async (store) => {
          const find = (id: string) => findRun(store, pipeline, id);
          switch (verb ?? 'list') {
            case 'list': {
              const runs = await store.runs.list({ pipeline, limit: Number(limit) });
              if (runs.length === 0)
                return log.info(`${pipeline} has no runs; start one with: nx run ${pipeline}:retrain`);
              return log.log(listOf(runs, makeTable({ head: head() })));
            }
            case 'show':
              return log.log(await showRun(store, await find(requireId(ids, 'show'))));
            case 'compare':
              requireId(ids, 'compare');
              return log.log(await compareRuns(store, await Promise.all(ids.map(find))));
            case 'lineage':
              return log.log(await lineageLines(store, pipeline, ids[0]));
            case 'cancel': {
              const { id } = await find(requireId(ids, 'cancel'));
              const run = await withQueue(store, (queue) => cancelRun(store, queue, flows, { id, reason }));
              return log.success(`run ${run.id} is cancelled`);
            }
            default:
              throw new CommandError('runs', 'list, show, compare, lineage or cancel', verb!);
          }
        });
      },
    );
};

const head = () => ['run', 'status', 'trigger', 'started', 'took', 'accuracy', 'worker'];

function listOf(runs: readonly Run[], table: ReturnType<typeof makeTable>): string {
  for (const run of runs)
    table.push([
      short(run.id),
      run.status,
      run.trigger,
      time(run.started),
      duration(run.started, run.finished),
      figure(run.metrics?.accuracy),
      run.worker ?? '–',
    ]);
  return table.toString();
}

const requireId = ([id]: readonly string[], verb: string): string => {
  if (id) return id;
  throw new CommandError(
    `runs ${verb}`,
    'the id of a run, or its first letters',
    'none',
    '`runs` lists them',
  );
};

/** By the first letters of its id. @throws CommandError where no run or more than one has them */
async function findRun({ runs }: Store, pipeline: string, start: string): Promise<Run> {
  const found = (await runs.list({ pipeline, limit: 10_000 })).filter(({ id }) => id.startsWith(start));
  if (found.length === 1) return found[0]!;
  throw new CommandError(
    'runs',
    `the id of a run of ${pipeline}`,
    found.length === 0 ? `${start}, of none` : `${start}, of ${found.length} runs`,
    '`runs` lists them',
  );
}

import { join, relative } from 'node:path';
import { bestOf, type SweepConfig, trialCounts } from '@trainyard/jobs';
import type { Store, Sweep } from '@trainyard/registry';
import { writeFileAtomic } from '@trainyard/trainer/files';
import { type Command, InvalidArgumentError } from 'commander';
import type { Pipeline } from '../config.ts';
import { CommandError } from '../errors.ts';
import { pipelineFolder } from '../jobs/places.ts';
import { showSweep } from '../jobs/show-sweep.ts';
import { cancelSweep, startSweep, sweepIsOver } from '../jobs/start-sweep.ts';
import { codeOf } from '../jobs/start-training.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { addOverrideOptions, type Overrides } from '../overrides.ts';
import {
  metricName,
  metricText,
  renderSweep,
  type ShownSweep,
  settingsText,
  sweepConfigOf,
  trialTable,
} from '../sweep/index.ts';
import { type CommandContext, pipelineName, withStore } from './context.ts';
import { makeTable, short, time } from './format.ts';
import { workUntil } from './work-on.ts';

interface SweepOptions extends Overrides {
  readonly trials?: number;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly list?: boolean;
  readonly show?: string;
  readonly cancel?: string;
  readonly reason: string;
}

export const sweepCommand = (program: Command, context: CommandContext) =>
  addOverrideOptions(
    program
      .command('sweep <pipeline>')
      .description(
        'try the settings that the section sweep of the config asks for; go on where a sweep of the same config stands',
      ),
  )
    .option('--trials <count>', 'settings that are drawn, instead of what the config says', wholeNumber)
    .option('--again', 'start anew though the same sweep has ended')
    .option('--detach', 'leave the work to running workers')
    .option('--list', 'list the sweeps')
    .option('--show <sweep>', 'the trials of a sweep, as a table and a picture')
    .option('--cancel <sweep>', 'end a sweep and its trials')
    .option('--reason <text>', 'why it is cancelled', 'by hand')
    .action(async (given: string, options: SweepOptions) => {
      const project = pipelineName(given);
      if (options.list) return withStore((store) => list(store, project, context));
      if (options.show !== undefined) {
        const asked = options.show;
        return withStore(async (store) => show(store, await find(store, project, asked), context));
      }
      if (options.cancel !== undefined) return cancel(project, options.cancel, options.reason, context);
      return run(project, options, context);
    });

async function run(
  project: string,
  { trials, again = false, detach, list: _l, show: _s, cancel: _c, reason: _r, ...overrides }: SweepOptions,
  context: CommandContext,
): Promise<void> {
  const { log, interrupted } = context;
  const root = pipelineFolder(project);
  const pipeline = withTrials(await loadPipeline(root, overrides), trials);
  const search = sweepConfigOf(pipeline);
  const code = await codeOf(root);
  const { sweep, known } = await withStore((store) =>
    startSweep(store, project, { search, pipeline, code }, { again }),
  );
  log.info(
    `sweep ${sweep.id}${known ? (sweep.status === 'running' ? ', which goes on' : ', which has ended; --again starts another one') : ''}: ${countText(search)}`,
  );
  if (sweep.status === 'running') {
    if (detach) return;
    await workUntil(project, (store) => sweepIsOver(store, sweep.id), context);
  }
  await withStore(async (store) => show(store, await store.sweeps.get(sweep.id), context));
  if (interrupted.aborted)
    log.info(`it goes on with the same command, or when a worker takes its trials: nx run ${project}:worker`);
}

function withTrials(pipeline: Pipeline, trials: number | undefined): Pipeline {
  const { sweep } = pipeline;
  if (trials === undefined || !sweep) return pipeline;
  if (sweep.method === 'grid')
    throw new CommandError('--trials', 'a method that draws its trials', 'grid', 'a grid tries all of them');
  return { ...pipeline, sweep: { ...sweep, trials } };
}

/** `20 trials, random`; `27 + 9 + 3 trials, halving`. */
const countText = (search: SweepConfig): string =>
  `${trialCounts(search).join(' + ')} trials, ${search.method}`;

/** Prints the trials and what came of them. @throws CommandError when the sweep failed */
async function show(store: Store, sweep: Sweep, { log }: CommandContext): Promise<void> {
  const shown = await showSweep(store, sweep);
  log.log(trialTable(shown));
  log.info(`picture: ${await writePicture(shown)}`);
  const { metric } = shown.config;
  const best = bestOf(shown.trials, metric);
  if (best) {
    const figure = `${metricName(metric.name)} ${metricText(metric.name, best.value!)} of the pictures kept back`;
    log.success(
      `best${sweep.status === 'running' ? ' so far' : ''}: trial ${best.trial}, ${figure}, with ${settingsText(best.parameters)}`,
    );
  }
  if (sweep.status === 'failed' || sweep.status === 'cancelled')
    throw new CommandError(
      `sweep ${sweep.id}`,
      'success',
      `${sweep.status}: ${sweep.result?.reason ?? ''}`,
      `see why its trials ended: nx run ${sweep.pipeline}:runs`,
    );
}

/** @returns where it is */
async function writePicture(shown: ShownSweep): Promise<string> {
  const path = join(pipelineFolder(shown.name), 'dist', 'sweep.html');
  await writeFileAtomic(path, renderSweep(shown));
  return relative(process.cwd(), path);
}

async function list(store: Store, pipeline: string, { log }: CommandContext): Promise<void> {
  const sweeps = await store.sweeps.list({ pipeline, limit: 1000 });
  if (sweeps.length === 0)
    return log.info(`${pipeline} has no sweeps; start one with: nx run ${pipeline}:sweep`);
  const table = makeTable({ head: ['sweep', 'method', 'status', 'trials', 'best', 'started'] });
  for (const sweep of sweeps) {
    const { config, trials } = await showSweep(store, sweep);
    const best = bestOf(trials, config.metric);
    const over = trials.filter(({ status }) => status !== 'queued' && status !== 'running').length;
    table.push([
      short(sweep.id),
      config.method,
      sweep.status,
      `${over} of ${trialCounts(config).reduce((sum, count) => sum + count, 0)}`,
      best ? metricText(config.metric.name, best.value!) : '–',
      time(sweep.created),
    ]);
  }
  log.log(table.toString());
}

const cancel = (project: string, id: string, reason: string, { log }: CommandContext): Promise<void> =>
  withStore(async (store) => {
    const sweep = await cancelSweep(store, (await find(store, project, id)).id, reason);
    log.success(`sweep ${sweep.id} is cancelled`);
  });

/** By the first letters of its id. @throws CommandError where no sweep or more than one has them */
async function find({ sweeps }: Store, pipeline: string, start: string): Promise<Sweep> {
  const found = (await sweeps.list({ pipeline, limit: 10_000 })).filter(({ id }) => id.startsWith(start));
  if (found.length === 1) return found[0]!;
  throw new CommandError(
    'sweep',
    `the id of a sweep of ${pipeline}`,
    found.length === 0 ? `${start}, of none` : `${start}, of ${found.length} sweeps`,
    '`sweep --list` lists them',
  );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}

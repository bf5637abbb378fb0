import type { Store } from '@trainyard/registry';
import { type Command, Option } from 'commander';
import { currentCommit } from '../current-commit.ts';
import { CommandError } from '../errors.ts';
import { checkFlow, newCheck } from '../jobs/check-flow.ts';
import { pipelineFolder } from '../jobs/places.ts';
import { retrainFlow } from '../jobs/retrain-flow.ts';
import { codeOf, newTraining } from '../jobs/start-training.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { addOverrideOptions, type Overrides } from '../overrides.ts';
import type { StartMode } from '../retrain/index.ts';
import { type CommandContext, pipelineName, withStore } from './context.ts';
import { describeOutcome } from './describe-outcome.ts';
import { enqueueRun, workUntil } from './work-on.ts';

interface RetrainOptions extends Overrides {
  readonly start?: StartMode;
  readonly detach?: boolean;
  readonly priority?: string;
}

const isOver = (id: string) => async (store: Store) => {
  const { status } = await store.runs.get(id);
  return status !== 'queued' && status !== 'running';
};

export const retrainCommand = (program: Command, context: CommandContext) =>
  addOverrideOptions(
    program
      .command('retrain <pipeline>')
      .description('train, compare with the champion and promote, as a job that survives this command'),
  )
    .addOption(
      new Option('--start <how>', "afresh, or from the champion's weights").choices(['cold', 'warm']),
    )
    .option('--detach', 'leave the work to running workers')
    .option('--priority <number>', 'jobs of a higher one go first', '0')
    .action(async (given: string, { start, detach, priority, ...overrides }: RetrainOptions) => {
      const project = pipelineName(given);
      const root = pipelineFolder(project);
      const pipeline = await loadPipeline(root, overrides);
      const code = await codeOf(root);
      const commit = await currentCommit(root);
      const run = await withStore((store) =>
        enqueueRun(store, retrainFlow, project, async (registry) => ({
          ...(await newTraining(registry, { project, pipeline, code, commit, ...(start && { start }) })),
          priority: Number(priority),
        })),
      );
      context.log.info(`run ${run.id}`);
      if (detach) return;
      await workUntil(project, isOver(run.id), context);
      await tell(run.id, context);
    });

export const checkCommand = (program: Command, context: CommandContext) =>
  program
    .command('check <pipeline>')
    .description(
      'look whether the pipeline is to be retrained, for new data, drift or age, and do so if it is',
    )
    .option('--detach', 'leave the work to running workers')
    .action(async (given: string, { detach }: { detach?: boolean }) => {
      const project = pipelineName(given);
      const run = await withStore((store) =>
        enqueueRun(store, checkFlow, project, () => newCheck(project, { mode: 'needed' })),
      );
      context.log.info(`run ${run.id}`);
      if (detach) return;
      await workUntil(project, isOver(run.id), context);
      const started = await withStore(async (store) => {
        const [check] = (await store.checks.list({ pipeline: project, limit: 20 })).filter(
          ({ key }) => key === `run/${run.id}`,
        );
        if (check)
          context.log.info(
            `${check.needed ? 'to be retrained' : 'not to be retrained'}: ${check.reasons.join('; ')}`,
          );
        return check?.run;
      });
      if (!started) return tell(run.id, context);
      await workUntil(project, isOver(started), context);
      await tell(started, context);
    });

/** What became of a run. @throws CommandError when it failed */
const tell = (id: string, { log, interrupted }: CommandContext): Promise<void> =>
  withStore(async (store) => {
    const run = await store.runs.get(id);
    if (run.status === 'queued' || run.status === 'running') {
      if (interrupted.aborted)
        log.info(`run ${id} goes on when a worker takes it: nx run ${run.pipeline}:worker`);
      return;
    }
    if (run.status !== 'succeeded')
      throw new CommandError(
        `run ${id}`,
        'success',
        `${run.status}: ${run.failure ?? ''}`,
        'see `runs show`',
      );
    for (const line of await describeOutcome(store, run)) log.success(line);
  });

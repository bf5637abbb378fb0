import type { StageContext as JobContext, StageTask } from '@trainyard/jobs';
import type { JsonObject } from '@trainyard/registry';
import type { ConsolaInstance } from 'consola';
import { parsePipeline } from '../config.ts';
import { readDatasetInfo } from '../dataset-file.ts';
import { CommandError } from '../errors.ts';
import type { PipelineFolder } from '../folder.ts';
import { readReference } from '../reference.ts';
import { checkClassFloors } from '../retrain/index.ts';
import { stageTable } from '../stages/index.ts';
import { writeSections } from '../write-sections.ts';
import { checkWork } from './check-work.ts';
import { dataResult } from './data-result.ts';
import { measureWork } from './measure-work.ts';
import { packageResult } from './package-result.ts';
import { promoteWork } from './promote-work.ts';
import { trainingConfigOf } from './run-config.ts';
import { type FlowPart, outputsOf, parts } from './stages-of-flow.ts';
import { codeOf } from './start-training.ts';
import { jobProgress } from './training-progress.ts';

export interface JobStageContext {
  readonly task: StageTask;
  readonly folder: PipelineFolder;
  readonly console: ConsolaInstance;
  readonly job: JobContext;
}

export interface JobStageResult {
  /** Folders in the work folder whose files are kept. */
  readonly outputs: readonly string[];
  readonly result: JsonObject;
}

export type JobStage = (context: JobStageContext) => Promise<JobStageResult>;

/** The work of every stage of every flow of a pipeline. */
export const jobStages: Readonly<Record<string, JobStage>> = {
  async data(context) {
    const { task, folder } = context;
    await requireSameCode(context);
    const { pipeline, parent, start } = trainingConfigOf(task.run);
    const parsed = parsePipeline('the config of the run', pipeline);
    await writeSections(folder, parsed, parent ? { bundle: parent.bundle, start } : undefined);
    await run(context, 'data');
    // Before the training, which would be in vain.
    checkClassFloors(parsed.name, parsed.retrain.promote, (await readDatasetInfo(folder)).classes);
    return { outputs: ['config', ...outputsOf('data')], result: await dataResult(folder) };
  },
  async train(context) {
    await requireSameCode(context);
    await run(context, 'train');
    return { outputs: outputsOf('train'), result: {} };
  },
  async evaluate(context) {
    await run(context, 'evaluate');
    const { accuracy, loss } = await readReference(context.folder);
    return { outputs: outputsOf('evaluate'), result: { metrics: { accuracy, loss } } };
  },
  async compress(context) {
    await run(context, 'compress');
    return { outputs: outputsOf('compress'), result: {} };
  },
  async verify(context) {
    await run(context, 'verify');
    return { outputs: outputsOf('verify'), result: {} };
  },
  async package(context) {
    await run(context, 'package');
    return { outputs: outputsOf('package'), result: await packageResult(context.folder) };
  },
  promote: promoteWork,
  measure: measureWork,
  check: checkWork,
};

/** Runs the pipeline's own stages that a stage of a flow is made of. */
async function run({ folder, console, job }: JobStageContext, part: FlowPart): Promise<void> {
  const all = parts[part];
  for (const [i, name] of all.entries()) {
    const { default: stage } = await stageTable[name]();
    const share = (within: number) => (i + within) / all.length;
    job.progress(share(0), name);
    await stage({
      folder,
      log: console,
      signal: job.signal,
      // Workers are killed more often than commands: machines that are cheap go away.
      checkpointSeconds: 3,
      progress: jobProgress({
        ...job,
        progress: (within, note) => job.progress(share(within), note ? `${name}, ${note}` : name),
        // The curves of a run are those of its training, not of the fine-tuning that may follow.
        log: name === 'train' ? job.log : () => undefined,
      }),
      loadPipeline: async () => {
        throw new Error('only the stage config loads the config, and jobs have one of their own');
      },
    });
    job.signal.throwIfAborted();
  }
}

/** @throws CommandError when the network's code is not that which the run was started with */
async function requireSameCode({ task, folder }: JobStageContext): Promise<void> {
  const code = await codeOf(folder.root);
  const { code: expected } = trainingConfigOf(task.run);
  if (code !== expected)
    throw new CommandError(
      `run ${task.run.id.slice(0, 8)}`,
      `the network's code that it was started with (${expected.slice(0, 15)}…)`,
      `${code.slice(0, 15)}… on this machine`,
      'bring the machines of all workers to the same commit, and start another run',
    );
}

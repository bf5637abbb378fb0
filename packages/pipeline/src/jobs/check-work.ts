import type { ImageDataset } from '@trainyard/trainer';
import { currentCommit } from '../current-commit.ts';
import { readDatasetInfo, readSplit, readTrainedOn } from '../dataset-file.ts';
import type { PipelineFolder } from '../folder.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { type ClassCounts, checkRetraining, newPicturesOf, predictedClassesOf } from '../retrain/index.ts';
import dataStage from '../stages/data.ts';
import { writeSections } from '../write-sections.ts';
import { championBundle, readChampion } from './champion-files.ts';
import type { CheckResult } from './check-flow.ts';
import { readLastTraining } from './last-training.ts';
import { asJson, checkConfigOf } from './run-config.ts';
import type { JobStage, JobStageContext } from './stage-work.ts';
import { codeOf } from './start-training.ts';

/** Looks whether the pipeline is to be retrained: always where the schedule says so, else by its pictures. */
export const checkWork: JobStage = async (context) => {
  const { root } = context.folder;
  const pipeline = await loadPipeline(root);
  const found: Pick<CheckResult, 'needed' | 'reasons' | 'report' | 'champion'> =
    checkConfigOf(context.task.run).mode === 'always'
      ? { needed: true, reasons: ['its schedule asks for it each time'], report: {}, champion: null }
      : await look(context, pipeline);
  const result: CheckResult = {
    ...found,
    pipeline,
    code: await codeOf(root),
    commit: await currentCommit(root),
  };
  return { outputs: [], result: asJson(result) };
};

async function look(
  { task, folder, console, job }: JobStageContext,
  pipeline: CheckResult['pipeline'],
): Promise<Pick<CheckResult, 'needed' | 'reasons' | 'report' | 'champion'>> {
  await writeSections(folder, pipeline);
  await dataStage({
    folder,
    log: console,
    signal: job.signal,
    loadPipeline: async () => pipeline,
  });
  const dataset = await readDataset(folder);
  const known = await readChampion(task.folder);
  if (!known)
    return {
      ...checkRetraining({ config: pipeline.retrain.when, now: new Date(), current: { dataset } }),
      champion: null,
    };
  const trainedOn = await readTrainedOn(folder);
  const fresh = newPicturesOf(dataset, trainedOn);
  const predictedClasses =
    fresh.length > 0
      ? await predictedClassesOf(championBundle(task.folder), fresh, dataset.imageShape, {
          prefer: pipeline.retrain.promote.prefer.node,
          signal: job.signal,
        })
      : undefined;
  const last = await readLastTraining(task.folder, { pipeline, code: await codeOf(folder.root) });
  const outcome = checkRetraining({
    config: pipeline.retrain.when,
    now: new Date(),
    ...(last && { last }),
    champion: {
      trainedAt: new Date(known.created),
      statistics: known.statistics,
      trainedOn,
      predictedClasses: known.metrics.predictedClasses as ClassCounts | undefined,
    },
    current: { dataset, ...(predictedClasses && { predictedClasses }) },
  });
  return { ...outcome, champion: known.version };
}

async function readDataset(folder: PipelineFolder): Promise<ImageDataset> {
  const info = await readDatasetInfo(folder);
  return { ...info, train: await readSplit(folder, 'train'), test: await readSplit(folder, 'test') };
}

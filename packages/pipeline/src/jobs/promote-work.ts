import { readDatasetInfo, readSplit, readTrainedOn } from '../dataset-file.ts';
import { contest } from '../retrain/index.ts';
import { championBundle, readChampion } from './champion-files.ts';
import { asJson, trainingConfigOf } from './run-config.ts';
import type { PromotionResult } from './settle-promotion.ts';
import type { JobStage } from './stage-work.ts';

/** Holds the bundle of the run against the champion. */
export const promoteWork: JobStage = async ({ task, folder, console, job }) => {
  const { pipeline } = trainingConfigOf(task.run);
  const champion = await readChampion(task.folder);
  const result = await contest({
    holdout: await readSplit(folder, 'test'),
    info: await readDatasetInfo(folder),
    challenger: folder.stage('package'),
    ...(champion && {
      champion: { bundle: championBundle(task.folder), trainedOn: await readTrainedOn(folder) },
    }),
    config: pipeline.retrain.promote,
    targets: pipeline.targets,
    signal: job.signal,
  });
  for (const reason of result.reasons) console.info(reason);
  const promotion: PromotionResult = { ...result, over: champion?.version ?? null };
  return { outputs: [], result: asJson(promotion) };
};

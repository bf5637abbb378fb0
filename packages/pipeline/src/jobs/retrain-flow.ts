import type { Flow, StageEnd, StageSetting } from '@trainyard/jobs';
import { fetchChampion } from './champion-files.ts';
import { materialize, moved } from './materialize.ts';
import { trainingConfigOf } from './run-config.ts';
import { settlePromotion } from './settle-promotion.ts';
import { reads } from './stages-of-flow.ts';

/** The module that does the work, in the child process. */
export const workModule = new URL(
  import.meta.url.endsWith('.ts') ? './work.ts' : './work.js',
  import.meta.url,
).href;

/** From pictures to a champion. */
export const retrainFlow: Flow = {
  name: 'retrain',
  module: workModule,
  // The network is code of the user's, and may be edited between two runs.
  fresh: true,
  stages: [
    { name: 'data', reads: () => false, prepare: fetchParentData, settle: recordDataset },
    { name: 'train', reads: reads('train'), prepare: fetchParentWeights },
    { name: 'evaluate', reads: reads('evaluate') },
    { name: 'compress', reads: reads('compress') },
    { name: 'verify', reads: reads('verify') },
    { name: 'package', reads: reads('package') },
    {
      name: 'promote',
      reads: (file) => !file.startsWith('data/train') && !file.startsWith('train/weights'),
      // The champion of this moment, which the new model has to beat.
      prepare: ({ store, run, folder }) => fetchChampion(store, run.pipeline, folder),
      settle: settlePromotion,
    },
  ],
};

/** Old pictures, where the config keeps some. */
export async function fetchParentData({ store, run, folder }: StageSetting): Promise<void> {
  const { parent, pipeline } = trainingConfigOf(run);
  if (parent && pipeline.retrain.data.keep !== 'current')
    await materialize(store, parent.run, folder, moved('data', 'parent-data'));
}

async function fetchParentWeights({ store, run, folder }: StageSetting): Promise<void> {
  const { parent, start } = trainingConfigOf(run);
  if (parent && start === 'warm') await materialize(store, parent.run, folder, moved('train', 'warm'));
}

async function recordDataset({ registry, run, result }: StageEnd): Promise<void> {
  const { dataset } = result as unknown as { dataset: Parameters<typeof registry.datasets.record>[0] };
  await registry.datasets.record(dataset);
  await registry.runs.useDataset(run.id, run.token, dataset.digest);
}

import { availableParallelism } from 'node:os';
import { type ProfileStepOptions, profileStep, type StepProfile } from '@trainyard/trainer/node';
import * as ort from 'onnxruntime-node';
import { readDatasetInfo, readSplit } from './dataset-file.ts';
import type { PipelineFolder } from './folder.ts';
import { loadNetwork, networkInput } from './load-network.ts';
import { stepOptionsOf } from './recipe.ts';

/** Threads that wait sleep, as in training. */
const session = { extra: { session: { intra_op: { allow_spinning: '0' } } } };

/**
 * Where the time of a training step of a pipeline goes, as one of its workers runs it: on its part of a batch, with
 * its threads. It takes the config and the pictures alone, so nothing needs to be trained before.
 * @throws InputError, NetworkError when the network can't be compiled
 */
export async function profileTraining(
  folder: PipelineFolder,
  measured: Pick<ProfileStepOptions, 'steps' | 'seconds'>,
): Promise<StepProfile> {
  const { seed, network: file, recipe } = await folder.section('train');
  const { workers } = recipe;
  const info = await readDatasetInfo(folder);
  return profileStep(await loadNetwork(folder.root, file, networkInput(info)), {
    ...stepOptionsOf(recipe),
    ...measured,
    ort,
    session,
    seed,
    batchSize: Math.ceil(recipe.batchSize / workers),
    threads: recipe.threads ?? Math.max(1, Math.floor(availableParallelism() / workers)),
    pictures: await readSplit(folder, 'train'),
    imageShape: info.imageShape,
  });
}

import { evaluate, loadWeights } from '@trainyard/trainer';
import { holdOut, readDatasetInfo, readSplit } from '../dataset-file.ts';
import { CommandError } from '../errors.ts';
import { loadNetwork, networkInput } from '../load-network.ts';
import { asJson } from './run-config.ts';
import type { JobStage } from './stage-work.ts';

/** Measures a trial on the pictures that were kept back from its training. */
export const measureWork: JobStage = async ({ folder, console, job }) => {
  const { network: file, recipe } = await folder.section('train');
  const info = await readDatasetInfo(folder);
  const pictures = await readSplit(folder, 'train');
  const { held } = holdOut(pictures, recipe.validation);
  if (!held || held.length === 0)
    throw new CommandError(
      'sweep',
      'pictures that are kept back to measure trials',
      `none: ${recipe.validation} of ${pictures.length}`,
      'keep back more (sweep.validation), or bring more pictures',
    );
  const network = await loadNetwork(folder.root, file, networkInput(info));
  await loadWeights(network, await folder.read('train', 'weights.bin'));
  const { accuracy, loss } = await evaluate(network, held, {
    imageShape: info.imageShape,
    signal: job.signal,
  });
  console.success(`${(accuracy * 100).toFixed(2)} % of ${held.length} pictures kept back right`);
  const figures = { 'validation/accuracy': accuracy, 'validation/loss': loss };
  // A loss that is no number has no place in a database, and a trial without one counts as the worst.
  const metrics = Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
  return { outputs: [], result: asJson({ metrics }) };
};

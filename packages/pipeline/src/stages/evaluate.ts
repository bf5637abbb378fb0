import { evaluate, loadWeights } from '@trainyard/trainer';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import { json } from '../folder.ts';
import { loadNetwork, networkInput } from '../load-network.ts';
import type { Stage } from '../stage.ts';

/** What the trained network says of the test pictures: every variant is held against it. */
export interface Reference {
  readonly accuracy: number;
  readonly loss: number;
  readonly confusion: readonly (readonly number[])[];
}

const evaluateStage: Stage = async ({ folder, log, signal }) => {
  const { network: file } = await folder.section('evaluate');
  const info = await readDatasetInfo(folder);
  const network = await loadNetwork(folder.root, file, networkInput(info));
  await loadWeights(network, await folder.read('train', 'weights.bin'));
  const { logits, accuracy, loss, confusion } = await evaluate(network, await readSplit(folder, 'test'), {
    imageShape: info.imageShape,
    signal,
  });
  const reference: Reference = { accuracy, loss, confusion };
  await folder.replace('evaluate', {
    'logits.f32': new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength),
    'reference.json': json(reference),
  });
  log.success(`Trained network: ${(accuracy * 100).toFixed(2)} % of ${info.test} test pictures right`);
};

export default evaluateStage;

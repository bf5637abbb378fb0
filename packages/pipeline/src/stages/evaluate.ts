import { evaluate, loadWeights } from '@trainyard/trainer';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import { json } from '../folder.ts';
import { loadNetwork, networkInput } from '../load-network.ts';
import type { Reference } from '../reference.ts';
import type { Stage } from '../stage.ts';

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

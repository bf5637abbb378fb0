import { exportOnnx } from '@trainyard/exporter';
import { writeModel } from '@trainyard/onnx-ir';
import { loadWeights } from '@trainyard/trainer';
import { readDatasetInfo } from '../dataset-file.ts';
import { loadNetwork, networkInput } from '../load-network.ts';
import type { Stage } from '../stage.ts';

const exportStage: Stage = async ({ folder, log }) => {
  const { name, network: file, seed, trainDigest } = await folder.section('export');
  const info = await readDatasetInfo(folder);
  const input = networkInput(info);
  const network = await loadNetwork(folder.root, file, input);
  await loadWeights(network, await folder.read('train', 'weights.bin'));
  const lineage = { dataset: { name: info.name, digest: info.digest }, recipe: trainDigest, seed };
  const model = exportOnnx(network, { name, input, labels: info.classes, lineage });
  await folder.replace('export', { 'model.onnx': writeModel(model) });
  log.success(`${model.graph.nodes.length} nodes, opset ${model.opsetImports.get('')}`);
};

export default exportStage;

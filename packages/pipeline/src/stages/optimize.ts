import { optimize } from '@trainyard/exporter';
import { readModel, writeModel } from '@trainyard/onnx-ir';
import type { Stage } from '../stage.ts';
import { writeVariants } from '../variants.ts';

const optimizeStage: Stage = async ({ folder, log }) => {
  const exported = readModel(await folder.read('export', 'model.onnx'));
  const before = exported.graph.nodes.length;
  const { model, passes } = optimize(exported);
  await writeVariants(folder, 'optimize', [
    { name: 'float32', precision: 'float32', bytes: writeModel(model), notes: passes },
  ]);
  log.success(`${before} nodes became ${model.graph.nodes.length}`);
};

export default optimizeStage;

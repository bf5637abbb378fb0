import { liftConstants } from '@trainyard/autograd/passes';
import { cloneModel, type Model, TensorData } from '@trainyard/onnx-ir';
import { coupleChannels } from './coupling.ts';
import { rules } from './rules/index.ts';

/** Makes the given channels produce zeros: their filters, biases, scales, and all else of theirs but statistics. */
export function zeroChannels(model: Model, channels: Readonly<Record<string, readonly number[]>>): Model {
  const zeroed = cloneModel(model);
  liftConstants(zeroed.graph);
  const { atoms, layouts, producers } = coupleChannels(zeroed, rules, {});
  const roots = new Set<number>();
  for (const weight of zeroed.graph.initializers)
    for (const axis of layouts.get(weight) ?? [])
      if (axis && channels[weight.name] && producers.some((producer) => producer.axis === axis))
        for (const i of channels[weight.name]!) roots.add(atoms.root(axis[i]!));
  const makers = new Set(producers.map(({ axis }) => axis));
  for (const value of zeroed.graph.initializers) {
    if (value.data?.dtype !== 'float32') continue;
    const layout = layouts.get(value) ?? [];
    const isBias = layout.length === 1;
    const isVariance = [...value.uses].some(
      ({ node, index }) => node.opType === 'BatchNormalization' && index > 2,
    );
    if (isVariance) continue;
    const at = layout.findIndex((axis) => axis && (isBias || makers.has(axis)));
    const axis = layout[at];
    if (!axis) continue;
    const inner = value.data.dims.slice(at + 1).reduce((a, b) => a * b, 1);
    const view = value.data.view('float32').map((x, i) => {
      const index = Math.floor(i / inner) % axis.length;
      return roots.has(atoms.root(axis[index]!)) ? 0 : x;
    });
    value.data = TensorData.from('float32', value.data.dims, view);
  }
  return zeroed;
}

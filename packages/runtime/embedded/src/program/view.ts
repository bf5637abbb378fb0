import type { InferInput } from '@trainyard/autograd';
import { constantDataOf, operatorOf, opsetOf } from '@trainyard/autograd/passes';
import { inferGraph } from '@trainyard/exporter';
import { type Graph, type Model, ModelError, type Value } from '@trainyard/onnx-ir';
import type { Kernel, KernelOptions, ModelView, PartialView } from '../kernels/kernel.ts';
import { isElementType, type TensorType } from './element-type.ts';

/** Declares the types of results that shape inference does not know, as far as kernels can tell them. */
export function declareUnknown(graph: Graph, kernels: readonly Kernel[]): void {
  for (;;) {
    const { types, unknown } = inferGraph(graph);
    const view: PartialView = {
      type: (value) => value && typeOf(value, types.get(value)),
      constant: (value) => value && constantDataOf(value),
    };
    let found = 0;
    for (const node of unknown.keys()) {
      const [output] = node.outputs;
      if (!output || view.type(output)) continue;
      const kernel = kernels.find(({ operators, infer }) => infer && operators.includes(operatorOf(node)));
      const type = kernel?.infer?.(node, view);
      if (!type) continue;
      output.type = type;
      found++;
    }
    // What was found may tell more.
    if (found === 0) return;
  }
}

/** What kernels see of a model whose sizes are known. */
export function viewOf(model: Model, options: KernelOptions): ModelView {
  const { graph } = model;
  const { types, unknown } = inferGraph(graph);
  const outputs = new Set(graph.outputs);
  return {
    options,
    opset: opsetOf(model),
    type(value) {
      const type = typeOf(value, types.get(value));
      if (type) return type;
      const reason = value.producer && unknown.get(value.producer);
      throw new ModelError(
        value.producer
          ? `node "${value.producer.name || value.name}" (${value.producer.opType})`
          : `value "${value.name}"`,
        `a result "${value.name}" of known size and an element type that C has`,
        reason ?? 'nothing known',
        'run inferShapes, or export the model with fixed shapes',
      );
    },
    constant: (value) => value?.data,
    isInner: (value) => value?.producer !== undefined && value.uses.size === 1 && !outputs.has(value),
    isRead: (value) => value.uses.size > 0 || outputs.has(value),
  };
}

function typeOf({ data }: Value, found: InferInput | undefined): TensorType | undefined {
  if (data) return isElementType(data.dtype) ? { dtype: data.dtype, shape: data.dims } : undefined;
  if (!found?.shape.every((dim) => typeof dim === 'number')) return undefined;
  return { dtype: found.dtype as TensorType['dtype'], shape: found.shape as readonly number[] };
}

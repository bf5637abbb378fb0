import { optimize, type ShapeOptions } from '@trainyard/exporter';
import {
  cloneModel,
  type Dim,
  fromNumbers,
  type Model,
  ModelError,
  toNumbers,
  type Value,
} from '@trainyard/onnx-ir';
import type { IntegerNote } from '../integer/context.ts';
import { isQuantized, lowerIntegers } from '../integer/lower-integers.ts';
import type { Kernel, KernelOptions, ModelView } from '../kernels/kernel.ts';
import { declareUnknown, viewOf } from './view.ts';

export interface PreparedModel {
  /** A copy, simplified at a batch of 1, so that shapes that were computed are constants. */
  readonly model: Model;
  readonly view: ModelView;
  /** Of a quantized model: what stayed float between integers, and why. */
  readonly notes: readonly IntegerNote[];
}

/**
 * Gives a model a batch of 1 and the sizes that are asked for, and simplifies it; a quantized one is lowered to integers.
 * @throws ModelError when a size stays open, or when the model has sub-graphs or functions of its own
 */
export function prepare(
  model: Model,
  kernels: readonly Kernel[],
  options: KernelOptions,
  shapes: ShapeOptions = {},
): PreparedModel {
  refuseFunctions(model);
  const fixed = withFixedShapes(model, shapes);
  declareUnknown(fixed.graph, kernels);
  const { model: simple } = optimize(fixed);
  const { model: ready, notes } = isQuantized(simple)
    ? lowerIntegers(simple, options)
    : { model: simple, notes: [] };
  return { model: ready, view: viewOf(ready, options), notes };
}

function refuseFunctions({ functions, graph }: Model): void {
  const [definition] = functions;
  if (definition)
    throw new ModelError(
      `function "${definition.name}"`,
      'a model without functions of its own',
      'one',
      'export it without, or inline them',
    );
  const node = graph.nodes.find((candidate) => [...candidate.subGraphs()].length > 0);
  if (node)
    throw new ModelError(
      `node "${node.name || node.outputs[0]?.name}" (${node.opType})`,
      'a graph without branches and loops',
      'a node with a graph inside',
      'export the model with fixed shapes, so that its exporter decides and unrolls',
    );
}

/** A copy whose inputs have numbers for sizes; what else has the name of such a size has the number too. */
function withFixedShapes(model: Model, { batch = 1, inputShape }: ShapeOptions): Model {
  const copy = cloneModel(model);
  const { graph } = copy;
  // A constant that a caller could replace is a constant here: C has no default arguments.
  const fed = graph.inputs.filter((input) => !input.data);
  graph.inputs.splice(0, graph.inputs.length, ...fed);
  const sizes = new Map<string, number>();
  for (const input of fed) {
    const given = shapeGiven(input, inputShape);
    const shape = (input.type?.shape ?? given ?? []).map((dim, i) => {
      const size = given?.[i] ?? (typeof dim === 'number' ? dim : i === 0 ? batch : undefined);
      if (size === undefined)
        throw new ModelError(
          `input "${input.name}"`,
          'known sizes beyond the first dimension',
          `${dim ?? '?'}`,
          'give inputShape',
        );
      if (typeof dim === 'string') sizes.set(dim, size);
      return size;
    });
    if (input.type) input.type = { ...input.type, shape };
  }
  for (const value of graph.values()) {
    if (value.data?.dtype === 'bfloat16')
      value.data = fromNumbers('float32', value.data.dims, toNumbers(value.data));
    if (value.data) value.type = { dtype: value.data.dtype, shape: value.data.dims };
    else if (value.type?.shape) value.type = { ...value.type, shape: value.type.shape.map(numbered(sizes)) };
  }
  return copy;
}

const numbered =
  (sizes: ReadonlyMap<string, number>) =>
  (dim: Dim): Dim =>
    typeof dim === 'string' ? (sizes.get(dim) ?? dim) : dim;

function shapeGiven(input: Value, given: ShapeOptions['inputShape']): readonly number[] | undefined {
  if (!given) return undefined;
  return Array.isArray(given)
    ? (given as readonly number[])
    : (given as Record<string, readonly number[]>)[input.name];
}

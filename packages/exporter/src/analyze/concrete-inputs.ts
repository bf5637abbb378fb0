import { InputError } from '@trainyard/autograd';
import type { Dim, Graph, Value } from '@trainyard/onnx-ir';

export interface ShapeOptions {
  /** The size that stands for an open first dimension; 1 unless given. */
  readonly batch?: number;
  /** The shape of the only input, where more than its first dimension is open; or of several, by name. */
  readonly inputShape?: readonly number[] | Readonly<Record<string, readonly number[]>>;
}

/** The inputs that a caller feeds: those without a value of their own in the model. */
export const fedInputs = (graph: Graph): Value[] => graph.inputs.filter((input) => !input.data);

/**
 * A size for every dimension of every input.
 * @throws InputError when a dimension other than the first is open and no shape is given
 */
export function concreteInputs(graph: Graph, options: ShapeOptions = {}): Map<Value, readonly number[]> {
  return new Map(fedInputs(graph).map((input) => [input, shapeOf(input, options)]));
}

function shapeOf({ name, type }: Value, { batch = 1, inputShape }: ShapeOptions): readonly number[] {
  const given = isShape(inputShape) ? inputShape : inputShape?.[name];
  if (given) return given;
  return (type?.shape ?? [null]).map((dim: Dim, i) => {
    if (typeof dim === 'number') return dim;
    if (i === 0 && type?.shape) return batch;
    throw new InputError(
      `input "${name}"`,
      'known sizes beyond the first dimension',
      `[${type?.shape?.join(', ') ?? 'nothing known'}]`,
      'give inputShape',
    );
  });
}

const isShape = (shape: ShapeOptions['inputShape']): shape is readonly number[] => Array.isArray(shape);

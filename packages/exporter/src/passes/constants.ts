import type { Graph, TensorData, Value } from '@trainyard/onnx-ir';

/** The elements of a value that nobody can change: an initializer that is not an input with a default. */
export const fixedData = (value: Value | undefined, inputs: ReadonlySet<Value>): TensorData | undefined =>
  value && !inputs.has(value) ? value.data : undefined;

/** The inputs of a graph and of those inside of it. */
export const inputsOf = (graphs: readonly Graph[]): Set<Value> =>
  new Set(graphs.flatMap(({ inputs }) => inputs));

/** The constant as an attribute or an input of a node says it, in ONNX's older and newer forms. */
export const isAll = (data: TensorData, wanted: number, numbers: ArrayLike<number>): boolean => {
  for (let i = 0; i < data.size; i++) if (numbers[i] !== wanted) return false;
  return true;
};

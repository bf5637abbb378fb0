import { type Graph, type TensorData, toNumbers, type Value } from '@trainyard/onnx-ir';

/** The elements of a value that nobody can change: an initializer that is not an input with a default. */
export const fixedData = (value: Value | undefined, inputs: ReadonlySet<Value>): TensorData | undefined =>
  value && !inputs.has(value) ? value.data : undefined;

/** The inputs of a graph and of those inside of it. */
export const inputsOf = (graphs: readonly Graph[]): Set<Value> =>
  new Set(graphs.flatMap(({ inputs }) => inputs));

/** Whether every element of a tensor of numbers is `wanted`. */
export const isAll = (data: TensorData, wanted: number): boolean =>
  toNumbers(data).every((x) => x === wanted);

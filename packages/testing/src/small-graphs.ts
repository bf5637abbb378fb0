import { type Attribute, fromNumbers, type Graph, Node, Value, type ValueType } from '@trainyard/onnx-ir';

/** Words to write small graphs for the tests of passes. */

export function node(
  graph: Graph,
  opType: string,
  inputs: readonly (Value | undefined)[],
  name: string,
  attributes: Readonly<Record<string, Attribute>> = {},
  type?: ValueType,
): Value {
  const result = new Value(name, type);
  graph.nodes.push(
    new Node(opType, inputs, [result], { name, attributes: new Map(Object.entries(attributes)) }),
  );
  return result;
}

export const relu = (graph: Graph, x: Value, name: string): Value =>
  node(graph, 'Relu', [x], name, {}, x.type);

export const constant = (
  graph: Graph,
  name: string,
  dims: readonly number[],
  numbers: ArrayLike<number>,
  dtype: 'float32' | 'int64' | 'bool' = 'float32',
): Value => graph.addInitializer(name, fromNumbers(dtype, dims, numbers));

/** Makes `value` an output of the graph. */
export function output(graph: Graph, value: Value): Value {
  value.type ??= { dtype: 'float32' };
  graph.outputs.push(value);
  return value;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });

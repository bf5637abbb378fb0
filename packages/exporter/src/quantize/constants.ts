import { constantDataOf } from '@trainyard/autograd/passes';
import type { Attribute, Graph, TensorData, Value } from '@trainyard/onnx-ir';

/** The elements of a value that never changes: an initializer that no caller can override, or a Constant node. */
export function fixedDataOf(value: Value | undefined, graph: Graph): TensorData | undefined {
  return value && !graph.inputs.includes(value) ? constantDataOf(value) : undefined;
}

/** The same, where it is float32. */
export function floatsOf(value: Value | undefined, graph: Graph): TensorData | undefined {
  const data = fixedDataOf(value, graph);
  return data?.dtype === 'float32' ? data : undefined;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });

/** A function that turns a wish into a name no value or node of the graph, or of its sub-graphs, has. */
export function freshNames(graph: Graph): (wish: string) => string {
  const taken = new Set<string>();
  for (const inner of [graph, ...graph.subGraphs()]) {
    for (const value of inner.values()) taken.add(value.name);
    for (const node of inner.nodes) taken.add(node.name);
  }
  return (wish) => {
    let name = wish;
    for (let i = 1; taken.has(name); i++) name = `${wish}_${i}`;
    taken.add(name);
    return name;
  };
}

/** Takes out initializers and Constant nodes that nothing reads any more. */
export function dropUnusedConstants(graph: Graph): void {
  const idle = (value: Value) => value.uses.size === 0 && !graph.outputs.includes(value);
  graph.remove(
    graph.nodes.filter((node) => node.opType === 'Constant' && node.outputs.every((v) => !v || idle(v))),
  );
  const kept = graph.initializers.filter((value) => !idle(value) || graph.inputs.includes(value));
  graph.initializers.splice(0, graph.initializers.length, ...kept);
}

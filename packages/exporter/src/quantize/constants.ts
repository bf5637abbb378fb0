import type { Attribute, Graph, Model, TensorData, Value } from '@trainyard/onnx-ir';

/** The elements of a value that never changes: an initializer that no caller can override, or a Constant node. */
export function constantOf(value: Value | undefined, graph: Graph): TensorData | undefined {
  if (!value) return undefined;
  if (value.data) return graph.inputs.includes(value) ? undefined : value.data;
  if (value.producer?.opType !== 'Constant' || value.producer.domain !== '') return undefined;
  const attribute = value.producer.attributes.get('value');
  return attribute?.kind === 'tensor' ? attribute.value : undefined;
}

/** The same, where it is float32. */
export function floatsOf(value: Value | undefined, graph: Graph): TensorData | undefined {
  const data = constantOf(value, graph);
  return data?.dtype === 'float32' ? data : undefined;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** The opset of ONNX's own operators that a model asks for. */
export const opsetOf = (model: Model): number =>
  model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx') ?? 1;

/** A function that turns a wish into a name no value or node of the graph, or of its sub-graphs, has. */
export function freshNames(graph: Graph): (wish: string) => string {
  const taken = new Set<string>();
  const collect = (inner: Graph): void => {
    for (const value of inner.values()) taken.add(value.name);
    for (const node of inner.nodes) {
      taken.add(node.name);
      for (const attribute of node.attributes.values()) {
        if (attribute.kind === 'graph') collect(attribute.value);
        if (attribute.kind === 'graphs') attribute.value.forEach(collect);
      }
    }
  };
  collect(graph);
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

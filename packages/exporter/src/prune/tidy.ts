import { type Graph, type Node, Value } from '@trainyard/onnx-ir';
import { constantOf } from '../analyze/constants.ts';

/** `Constant` nodes become initializers, so that a constant is one thing only. */
export function liftConstants(graph: Graph): void {
  const lifted: Node[] = [];
  for (const node of graph.nodes) {
    const data = constantOf(node);
    const [output] = node.outputs;
    if (!data || !output || graph.outputs.includes(output)) continue;
    const value = new Value(output.name, { dtype: data.dtype, shape: data.dims }, data);
    graph.initializers.push(value);
    output.replaceUses(value);
    lifted.push(node);
  }
  graph.remove(lifted);
}

/** Takes out nodes and constants that nothing reads any more. */
export function removeUnread(graph: Graph): void {
  const isRead = (value: Value | undefined) =>
    value !== undefined && (value.uses.size > 0 || graph.outputs.includes(value));
  // Backwards, as a node that goes may have been the only reader of one before it.
  for (const node of [...graph.nodes].reverse()) if (!node.outputs.some(isRead)) graph.remove([node]);
  const kept = graph.initializers.filter((value) => isRead(value) || graph.inputs.includes(value));
  graph.initializers.splice(0, graph.initializers.length, ...kept);
}

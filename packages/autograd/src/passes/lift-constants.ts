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

import { type Graph, ModelError, type Node } from '@trainyard/onnx-ir';
import { graphsOf, Outcome, type Pass } from './pass.ts';

/** Outputs that ONNX lets a node leave out, and that cost time when they are computed. */
const optionalOutputs: Readonly<Record<string, readonly number[]>> = {
  Dropout: [1],
  MaxPool: [1],
  LayerNormalization: [1, 2],
};

const isRead = (graph: Graph, node: Node): boolean =>
  node.outputs.some((output) => output && graph.isRead(output));

/**
 * Takes out nodes whose results nothing reads, initializers that nothing reads, and optional outputs that nothing reads.
 * Values that only a sub-graph reads stay.
 */
export const eliminateDeadNodes: Pass = {
  name: 'eliminateDeadNodes',
  run(model) {
    const outcome = new Outcome();
    // Innermost first, as a sub-graph that lets go of a value may have been its last reader.
    for (const graph of graphsOf(model).reverse()) {
      outcome.changed += dropAnnotations(graph) + dropNodes(graph) + dropInitializers(graph);
      for (const node of graph.nodes) outcome.changed += dropOptionalOutputs(graph, node);
    }
    return outcome;
  },
  ensures(model) {
    for (const graph of graphsOf(model))
      for (const node of graph.nodes)
        if (!isRead(graph, node))
          throw new ModelError(`node "${node.name}"`, 'a reader of its results', 'none');
  },
};

/** What is said of values that nothing computes with would keep constants alive. */
function dropAnnotations(graph: Graph): number {
  const annotations = graph.quantizationAnnotations;
  const kept = annotations.filter(({ value }) => graph.isRead(value) || graph.inputs.includes(value));
  const dropped = annotations.length - kept.length;
  if (dropped > 0) annotations.splice(0, annotations.length, ...kept);
  return dropped;
}

function dropNodes(graph: Graph): number {
  const dead: Node[] = [];
  // Backwards, as a node that goes may have been the only reader of the one before it.
  for (const node of [...graph.nodes].reverse())
    if (!isRead(graph, node)) {
      node.detach();
      dead.push(node);
    }
  if (dead.length > 0) graph.remove(dead);
  return dead.length;
}

function dropInitializers(graph: Graph): number {
  const kept = graph.initializers.filter((value) => graph.isRead(value) || graph.inputs.includes(value));
  const dropped = graph.initializers.length - kept.length;
  if (dropped > 0) graph.initializers.splice(0, graph.initializers.length, ...kept);
  return dropped;
}

function dropOptionalOutputs(graph: Graph, node: Node): number {
  const optional = node.domain === '' ? (optionalOutputs[node.opType] ?? []) : [];
  const unread = optional.filter((i) => node.outputs[i] && !graph.isRead(node.outputs[i]));
  for (const i of unread) node.dropOutput(i);
  return unread.length;
}

import { axisOf, intOf, intsOf, isOnnx } from '@trainyard/autograd/passes';
import { type Graph, Node } from '@trainyard/onnx-ir';
import { fixedDataOf } from './constants.ts';

/** The axes that a ReduceMean names, in an attribute before opset 18 and in an input since. */
function axesOf(node: Node, graph: Graph): readonly number[] | undefined {
  const given = intsOf(node, 'axes');
  if (given) return given;
  const data = fixedDataOf(node.inputs[1], graph);
  return data?.dtype === 'int64' ? Array.from(data.view('int64'), Number) : undefined;
}

/**
 * Turns every ReduceMean over all of height and width into the GlobalAveragePool it is, which has an integer kernel.
 * PyTorch's exporter writes adaptive pooling to one pixel that way. Needs the rank, so shapes must be inferred.
 */
export function nameGlobalMeans(graph: Graph): void {
  graph.nodes = graph.nodes.map((node) => {
    if (!isGlobalMean(node, graph)) return node;
    const { name, docString, metadata } = node;
    const [input] = node.inputs;
    const { outputs } = node;
    node.detach();
    return new Node('GlobalAveragePool', [input], outputs, { name, docString, metadata });
  });
}

function isGlobalMean(node: Node, graph: Graph): boolean {
  if (!isOnnx(node) || node.opType !== 'ReduceMean' || intOf(node, 'keepdims', 1) !== 1) return false;
  const rank = node.inputs[0]?.type?.shape?.length;
  const axes = axesOf(node, graph);
  if (rank === undefined || rank < 3 || axes?.length !== rank - 2) return false;
  const spatial = new Set(axes.map((axis) => axisOf(axis, rank)));
  return spatial.size === rank - 2 && !spatial.has(0) && !spatial.has(1);
}

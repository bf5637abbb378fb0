import type { Graph, Node, Value } from '@trainyard/onnx-ir';

/** Inputs by operator type. */
type Roles = Readonly<Record<string, readonly number[]>>;

/** The inputs whose constants are multiplied with what comes in. */
const weightInputs: Roles = { Conv: [1], ConvTranspose: [1], Gemm: [0, 1], MatMul: [0, 1] };

/** The inputs whose constants are weights, scales and biases, which training changes. */
const trainedInputs: Roles = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  PRelu: [1],
};

/** Operators that a weight may pass on its way: exporters store some of them transposed or flat. */
const passages = new Set(['Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);

/** Where normalization is spelled out, its scale and bias are a Mul and an Add behind one of these. */
const products = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);
const normalizers = new Set(['GroupNormalization', 'InstanceNormalization', 'LayerNormalization']);

/**
 * The constants of a graph that training may change, decided by what reads them: weights and biases of convolutions
 * and products, scales and biases of normalizations. Running statistics, the constants of preprocessing, shapes,
 * axes, scales of quantization and constants read in another role as well are not among them.
 */
export const trainableInitializers = (graph: Graph): Value[] =>
  initializersWhere(graph, (node, index) => hasRole(trainedInputs, node, index) || isSpelledOut(node, index));

/** The constants of a graph that are weights of convolutions and matrix products, and nothing else. */
export const weightInitializers = (graph: Graph): Value[] =>
  initializersWhere(graph, (node, index) => hasRole(weightInputs, node, index));

type UseTest = (node: Node, index: number) => boolean;

const hasRole = (roles: Roles, node: Node, index: number): boolean =>
  Object.hasOwn(roles, node.opType) && roles[node.opType]!.includes(index);

/** Float32 constants all of whose uses pass the test, directly or through passages. */
function initializersWhere(graph: Graph, test: UseTest): Value[] {
  const own = new Set(graph.nodes);
  const passes = (value: Value): boolean =>
    value.uses.size > 0 &&
    [...value.uses].every(({ node, index }) => {
      if (!own.has(node) || node.domain !== '') return false;
      return passages.has(node.opType) ? index === 0 && passes(node.outputs[0]!) : test(node, index);
    });
  return graph.initializers.filter(
    (value) => value.data?.dtype === 'float32' && value.data.size > 0 && passes(value),
  );
}

/** `x·W + b`, or `normalize(x)·scale + bias`, as nodes of their own. */
function isSpelledOut(node: Node, index: number): boolean {
  if ((node.opType !== 'Add' && node.opType !== 'Mul') || index > 1) return false;
  // One number for all channels belongs to an activation that is spelled out, such as the 3 of a hard swish.
  if (node.inputs[index]!.data?.size === 1) return false;
  let from = node.inputs[1 - index]?.producer;
  if (node.opType === 'Add' && from?.opType === 'Mul') from = operandProducer(from);
  while (from && passages.has(from.opType)) from = from.inputs[0]?.producer;
  if (from?.domain !== '') return false;
  return normalizers.has(from.opType) || (node.opType === 'Add' && products.has(from.opType));
}

/** The producer of the factor that is computed, where the other one is a constant. */
function operandProducer(mul: Node): Node | undefined {
  const computed = mul.inputs.filter((input) => input?.producer && !input.data);
  return computed.length === 1 ? computed[0]!.producer : undefined;
}

import {
  fixedData,
  floatOf,
  graphsOf,
  inputsOf,
  intOf,
  Outcome,
  type Pass,
} from '@trainyard/autograd/passes';
import {
  fromNumbers,
  type Graph,
  isViewable,
  type Node,
  type TensorData,
  toNumbers,
  type Value,
} from '@trainyard/onnx-ir';

/** What a normalization does to each channel: y = factor · x + shift. */
interface Affine {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

/** Which output channel each element of a weight belongs to. */
type ChannelOf = (index: number) => number;

type Result = true | string;

/**
 * Folds BatchNormalization into the Conv, ConvTranspose or Gemm before it.
 *
 * With f = scale / √(var + ε): f · (W x + b − mean) + shift = (f W) x + (f · (b − mean) + shift)
 */
export const fuseConvBatchNorm: Pass = {
  name: 'fuseConvBatchNorm',
  run(model) {
    const outcome = new Outcome();
    const graphs = graphsOf(model);
    const inputs = inputsOf(graphs);
    for (const graph of graphs)
      for (const node of [...graph.nodes]) {
        if (node.opType !== 'BatchNormalization' || node.domain !== '') continue;
        const result = fuse(graph, node, inputs, (base) => model.graph.uniqueName(base));
        if (result === true) outcome.changed++;
        else outcome.refuse(node, result);
      }
    return outcome;
  },
};

function fuse(
  graph: Graph,
  norm: Node,
  inputs: ReadonlySet<Value>,
  unique: (base: string) => string,
): Result {
  const x = norm.inputs[0];
  const y = norm.outputs[0];
  const layer = x?.producer;
  if (!x || !y || !layer || !graph.nodes.includes(layer)) return 'no node of this graph computes its input';
  const channelsOf = layer.domain === '' ? layers[layer.opType] : undefined;
  if (!channelsOf) return `${layer.opType} is before it, not a Conv, ConvTranspose or Gemm`;
  if (x.uses.size > 1 || graph.outputs.includes(x)) return `others read the result of ${layer.opType} too`;
  if (graph.quantizationAnnotations.some(({ value }) => value === x))
    return 'its input has a quantization annotation';
  const affine = affineOf(norm, inputs);
  if (typeof affine === 'string') return affine;
  const weight = fixedData(layer.inputs[1], inputs);
  const bias = fixedData(layer.inputs[2], inputs);
  if (!weight || (layer.inputs[2] && !bias))
    return `the weight or the bias of ${layer.opType} is not constant`;
  if (!isFloat(weight) || (bias && bias.dtype !== weight.dtype)) return `weights of ${weight.dtype}`;
  const channels = channelsOf(layer, weight);
  if (typeof channels === 'string') return channels;
  const { factor } = affine;
  const count = factor.length;
  if (channels.count !== count) return `${channels.count} channels come, ${count} are expected`;
  const given = bias ? spread(toNumbers(bias), bias.dims, count) : new Float64Array(count);
  if (!given) return `a bias of the shape [${bias?.dims}]`;
  const beta = channels.biasFactor;
  const scaled = toNumbers(weight).map((w, i) => w * factor[channels.of(i)]);
  const shifted = given.map((b, i) => factor[i] * beta * b + affine.shift[i]);
  setConstant(graph, layer, 1, fromNumbers(weight.dtype, weight.dims, scaled), unique);
  setConstant(graph, layer, 2, fromNumbers(weight.dtype, [count], shifted), unique);
  if (layer.attributes.has('beta')) layer.attributes.set('beta', { kind: 'float', value: 1 });
  x.type ??= y.type;
  graph.replaceValue(y, x);
  graph.remove([norm]);
  return true;
}

type FloatData = TensorData & { readonly dtype: 'float32' | 'float64' | 'float16' };
const isFloat = (data: TensorData): data is FloatData =>
  isViewable(data.dtype) && ['float32', 'float64', 'float16'].includes(data.dtype);

/** shift = β − factor · mean */
function affineOf(norm: Node, inputs: ReadonlySet<Value>): Affine | string {
  if (intOf(norm, 'training_mode', 0) !== 0) return 'it is in training mode';
  if (norm.outputs.slice(1).some((output) => output && output.uses.size > 0))
    return 'its statistics are read';
  const parts = norm.inputs.slice(1, 5).map((value) => fixedData(value, inputs));
  if (parts.length < 4 || parts.some((data) => !data)) return 'its statistics are not constant';
  const [scale, offset, mean, variance] = parts.map((data) => toNumbers(data!));
  const epsilon = floatOf(norm, 'epsilon', 1e-5);
  const factor = scale.map((s, i) => s / Math.sqrt(variance[i] + epsilon));
  return { factor, shift: factor.map((f, i) => offset[i] - f * mean[i]) };
}

interface Channels {
  readonly count: number;
  readonly of: ChannelOf;
  /** What the operator multiplies its bias with. */
  readonly biasFactor: number;
}

const layers: Readonly<Record<string, (node: Node, weight: TensorData) => Channels | string>> = {
  // W [M, C / group, …]
  Conv: (_, { dims, size }) => {
    const each = size / dims[0];
    return { count: dims[0], of: (i) => Math.floor(i / each), biasFactor: 1 };
  },
  // W [C, M / group, …]: the channels of a group are beside each other in the output.
  ConvTranspose: (node, { dims, size }) => {
    const group = intOf(node, 'group', 1);
    const [inputs, perGroup] = dims;
    const each = size / (inputs * perGroup);
    const channel = (i: number): number => {
      const row = Math.floor(i / (each * perGroup));
      return Math.floor(row / (inputs / group)) * perGroup + (Math.floor(i / each) % perGroup);
    };
    return { count: perGroup * group, of: channel, biasFactor: 1 };
  },
  // B [K, N], or [N, K] where transB is on
  Gemm: (node, { dims: [rows, columns] }) => {
    const transposed = intOf(node, 'transB', 0) !== 0;
    const biasFactor = floatOf(node, 'beta', 1);
    return transposed
      ? { count: rows, of: (i) => Math.floor(i / columns), biasFactor }
      : { count: columns, of: (i) => i % columns, biasFactor };
  },
};

/** A bias for each channel; undefined where the bias has another shape than [N], [1, N], [1] or []. */
function spread(bias: Float64Array, dims: readonly number[], count: number): Float64Array | undefined {
  if (bias.length === 1) return new Float64Array(count).fill(bias[0]);
  return bias.length === count && dims.at(-1) === count ? bias : undefined;
}

/** Gives an input other elements: in place where nobody else reads it, so that it keeps its name. */
function setConstant(
  graph: Graph,
  node: Node,
  index: number,
  data: TensorData,
  unique: (base: string) => string,
): void {
  const old = node.inputs[index];
  const type = { dtype: data.dtype, shape: data.dims };
  if (old && old.uses.size === 1 && !graph.outputs.includes(old) && graph.initializers.includes(old)) {
    old.data = data;
    old.type = type;
    return;
  }
  // `conv1.bias` beside `conv1.weight`, as our exporter and PyTorch's name them.
  const name = old?.name ?? `${node.inputs[1]!.name.replace(/\.weight$/, '')}.bias`;
  node.setInput(index, graph.addInitializer(unique(name), data));
}

import { floatOf, intOf, isOnnx, opsetOf } from '@trainyard/autograd/passes';
import {
  type Attribute,
  cloneModel,
  dataTypeCode,
  type Graph,
  type Model,
  ModelError,
  Node,
  TensorData,
  Value,
} from '@trainyard/onnx-ir';
import { dropUnusedConstants, floatsOf, freshNames, int } from './constants.ts';
import { addDynamicWeights } from './dynamic-weights.ts';
import { allFinite } from './range.ts';
import { type Conversion, isListed, type NodeReport, nameOf } from './report.ts';
import { transposed } from './transposed.ts';

export interface DynamicOptions {
  /** int8 is symmetric; uint8 has a zero point and one scale for all. Default: int8. */
  readonly weights?: 'int8' | 'uint8';
  /** A scale for each output channel of int8 weights. Default: true. */
  readonly perChannel?: boolean;
  /** Weights in 7 bits, for x86 without VNNI, where two products of 8 bits saturate. Default: false. */
  readonly reduceRange?: boolean;
  /** Names of nodes (or of their first outputs) and operator types that stay float. */
  readonly exclude?: readonly string[];
}

/** The attributes of a Conv, which are those of ConvInteger. */
const convolutionAttributes = ({ attributes }: Node): ReadonlyMap<string, Attribute> => new Map(attributes);

/** Why a node stays float; undefined where it can be converted. */
function refusal(node: Node, graph: Graph, exclude: readonly string[]): string | undefined {
  if (!isOnnx(node) || !['Conv', 'Gemm', 'MatMul'].includes(node.opType)) return 'no integer form known';
  if (isListed(node, exclude)) return 'excluded';
  const weights = floatsOf(node.inputs[1], graph);
  if (!weights) return 'its weights are not constant float32';
  if (!allFinite(weights)) return 'its weights are not all finite';
  if (!node.inputs[0] || node.inputs[0].data) return 'its input is constant';
  if (node.opType === 'Gemm' && intOf(node, 'transA', 0)) return 'transA is set';
  if (node.opType === 'Gemm' && floatOf(node, 'beta', 1) !== 1) return 'beta is not 1';
  return undefined;
}

/** Rewrites nodes of one graph; keeps what they share. */
class DynamicWriter {
  readonly #graph: Graph;
  readonly #options: DynamicOptions;
  readonly #fresh: (wish: string) => string;
  readonly #inputs = new Map<Value, { integers: Value; scale: Value; zeroPoint: Value }>();
  #nodes: Node[] = [];

  constructor(graph: Graph, options: DynamicOptions) {
    this.#graph = graph;
    this.#options = options;
    this.#fresh = freshNames(graph);
  }

  /** The nodes that compute what `node` does, the last of them its output; `node` itself must then be removed. */
  rewrite(node: Node): Node[] {
    this.#nodes = [];
    const isConv = node.opType === 'Conv';
    const name = nameOf(node);
    const [input, weightValue, biasValue] = node.inputs;
    const stored = floatsOf(weightValue, this.#graph)!;
    const weights = !isConv && intOf(node, 'transB', 0) ? transposed(stored) : stored;
    const { weights: dtype = 'int8', perChannel = true, reduceRange = false } = this.#options;
    const channelAxis = isConv ? 0 : weights.dims.length === 2 ? 1 : undefined;
    const axis = perChannel ? channelAxis : undefined;
    const { integers, zeroPoint, scales } = addDynamicWeights(
      this.#graph,
      this.#fresh,
      weightValue!.name,
      weights,
      { dtype, axis, reduceRange },
    );
    const dynamic = this.#dynamicInput(input!);
    const sums = this.#node(
      isConv ? 'ConvInteger' : 'MatMulInteger',
      [dynamic.integers, integers, dynamic.zeroPoint, ...(zeroPoint ? [zeroPoint] : [])],
      name,
      isConv ? convolutionAttributes(node) : new Map(),
    );
    const floats = this.#node('Cast', [sums], name, new Map([['to', int(dataTypeCode('float32'))]]));
    const alpha = floatOf(node, 'alpha', 1);
    // One number for each output channel, shaped so that it multiplies the channels: [C], or [C, 1, 1] of a convolution.
    const channelDims = (count: number) => [count, ...Array(isConv ? stored.dims.length - 2 : 0).fill(1)];
    const weightScale = this.#graph.addInitializer(
      this.#fresh(`${weightValue!.name}_scale`),
      TensorData.from(
        'float32',
        scales.length === 1 ? [] : channelDims(scales.length),
        scales.map((scale) => scale * alpha),
      ),
    );
    const scale = this.#node('Mul', [dynamic.scale, weightScale], name);
    const bias = isConv && biasValue ? this.#reshaped(biasValue, channelDims(-1), name) : biasValue;
    const last = bias ? 'Add' : 'Mul';
    const operands = bias ? [this.#node('Mul', [floats, scale], name), bias] : [floats, scale];
    this.#nodes.push(new Node(last, operands, node.outputs, { name: node.name }));
    return this.#nodes;
  }

  /** A bias of one number a channel in the shape that adds to the channels. */
  #reshaped(bias: Value, dims: readonly number[], name: string): Value {
    const data = floatsOf(bias, this.#graph);
    if (data) {
      const shape = dims.map((dim) => (dim < 0 ? data.size : dim));
      const same = TensorData.from('float32', shape, data.view('float32'));
      return this.#graph.addInitializer(this.#fresh(`${bias.name}_reshaped`), same);
    }
    const shape = TensorData.from('int64', [dims.length], BigInt64Array.from(dims, BigInt));
    const target = this.#graph.addInitializer(this.#fresh(`${name}_bias_shape`), shape);
    return this.#node('Reshape', [bias, target], name);
  }

  #node(
    opType: string,
    inputs: Value[],
    name: string,
    attributes: ReadonlyMap<string, Attribute> = new Map(),
  ): Value {
    const output = new Value(this.#fresh(`${name}_${opType}_output`));
    this.#nodes.push(
      new Node(opType, inputs, [output], { name: this.#fresh(`${name}_${opType}`), attributes }),
    );
    return output;
  }

  /** The input as uint8; nodes that share it share that too. */
  #dynamicInput(input: Value) {
    const known = this.#inputs.get(input);
    if (known) return known;
    const made = {
      integers: new Value(this.#fresh(`${input.name}_quantized`)),
      scale: new Value(this.#fresh(`${input.name}_scale`)),
      zeroPoint: new Value(this.#fresh(`${input.name}_zero_point`)),
    };
    const name = this.#fresh(`${input.name}_DynamicQuantizeLinear`);
    this.#nodes.push(new Node('DynamicQuantizeLinear', [input], Object.values(made), { name }));
    this.#inputs.set(input, made);
    return made;
  }
}

/**
 * Dynamic quantization: weights are stored as 8-bit integers and each input is quantized to uint8 by its own least and
 * greatest number when the model runs (DynamicQuantizeLinear, then ConvInteger or MatMulInteger). It needs no
 * calibration; biases and all that is between stay float. Krishnamoorthi 2018 (arXiv:1806.08342, section 3.1).
 * `model` is left as it is.
 * @throws ModelError when the model's opset is below 11, which has no DynamicQuantizeLinear
 */
export function quantizeDynamic(model: Model, options: DynamicOptions = {}): Conversion {
  const opset = opsetOf(model);
  if (opset < 11)
    throw new ModelError(
      'quantizeDynamic',
      'a model of opset 11 or newer',
      `opset ${opset}`,
      'export it again',
    );
  const copy = cloneModel(model);
  const { graph } = copy;
  const writer = new DynamicWriter(graph, options);
  const rewritten = new Map<Node, readonly Node[]>();
  const report = graph.nodes.map((node): NodeReport => {
    const reason = refusal(node, graph, options.exclude ?? []);
    const entry = { node: nameOf(node), opType: node.opType, converted: !reason };
    if (reason) return { ...entry, note: reason };
    rewritten.set(node, writer.rewrite(node));
    return { ...entry, note: `integer weights, input quantized as it comes` };
  });
  graph.nodes = graph.nodes.flatMap((node) => rewritten.get(node) ?? [node]);
  for (const node of rewritten.keys()) node.detach();
  dropUnusedConstants(graph);
  return { model: copy, report };
}

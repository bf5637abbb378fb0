import { isOnnx } from '@trainyard/autograd/passes';
import { type Dim, Graph, Node, TensorData, toNumbers, Value } from '@trainyard/onnx-ir';
import { type Fields, type IntegerKernel, integerDomain } from '../kernels/definition-int8.ts';
import { interleaveInt8 } from '../kernels/quantize-int8.ts';
import { sizeOf } from '../program/element-type.ts';
import type { RequantizeMode } from './requantize.ts';
import { type IntegerTensor, type Quantization, quantizationOf, type Target } from './tensors.ts';

export interface IntegerOptions {
  readonly requantize: RequantizeMode;
  /** CMSIS-NN wants a multiplier for each output channel of a convolution. */
  readonly cmsisNn?: boolean;
}

/** A node of a quantized model that became no integer kernel, and why. */
export interface IntegerNote {
  readonly node: string;
  readonly why: string;
}

/** What rules see of the quantized model, and how they write the lowered graph. */
export interface IntegerContext {
  readonly options: IntegerOptions;
  /** The sizes of a value of the quantized model. */
  shape(value: Value): readonly number[];
  /** Whether the model gives the value out. */
  isOutput(value: Value): boolean;
  /** The elements of a value that never changes. */
  constant(value: Value | undefined): TensorData | undefined;
  /** The integers that a float stands for: what is before its DequantizeLinear. */
  numbers(value: Value | undefined): IntegerTensor | undefined;
  /** A value in ONNX's own order and type, for operators that stay as they are. */
  plain(value: Value): Value;
  /** The tensor in another quantization, by a table; as it is where it has that already. */
  rescaled(tensor: IntegerTensor, target: Target, name: string): IntegerTensor;
  readonly writer: GraphWriter;
}

/** Writes the lowered graph. */
export class GraphWriter {
  readonly graph: Graph;
  readonly #names = new Set<string>();

  constructor(name: string, reserved: Iterable<string>) {
    this.graph = new Graph(name);
    for (const taken of reserved) this.#names.add(taken);
  }

  fresh(wish: string): string {
    let name = wish;
    for (let i = 1; this.#names.has(name); i++) name = `${wish}_${i}`;
    this.#names.add(name);
    return name;
  }

  /** A node of an integer kernel. @returns its first result */
  emit<I extends string, F extends string>(
    kernel: IntegerKernel<I, F>,
    parameters: Fields<I, F>,
    inputs: readonly Value[],
    output: {
      readonly name: string;
      readonly dtype?: 'int8' | 'uint8' | 'float32';
      readonly shape: readonly number[];
      readonly origin?: string;
    },
    others: readonly Value[] = [],
  ): Value {
    const result = new Value(this.fresh(output.name), { dtype: output.dtype ?? 'int8', shape: output.shape });
    this.graph.nodes.push(
      new Node(kernel.operator, inputs, [result, ...others], {
        name: output.origin ?? output.name,
        domain: integerDomain,
        attributes: kernel.attributes(parameters),
      }),
    );
    return result;
  }

  /** A node of an ONNX operator. */
  node(node: Node): void {
    this.graph.nodes.push(node);
  }

  /** A new constant. */
  constant(name: string, dims: readonly number[], view: Int8Array | Int32Array | Float32Array): Value {
    const dtype = view instanceof Int8Array ? 'int8' : view instanceof Int32Array ? 'int32' : 'float32';
    return this.graph.addInitializer(this.fresh(name), TensorData.from(dtype, dims, view));
  }

  /** The same tensor with `channels` channels innermost. */
  interleaved(tensor: IntegerTensor, channels: number): IntegerTensor {
    const { shape } = tensor;
    const inner = sizeOf(shape) / (shape[0]! * channels);
    if (tensor.channels === channels) return tensor;
    const plain = this.plain(tensor);
    if (inner === 1 || channels === 1) return { ...plain, channels };
    return { ...plain, value: this.#turned(plain, channels, inner), channels };
  }

  /** The same tensor in ONNX's order. */
  plain(tensor: IntegerTensor): IntegerTensor {
    const { channels, shape } = tensor;
    if (channels === undefined) return tensor;
    const inner = sizeOf(shape) / (shape[0]! * channels);
    if (inner === 1 || channels === 1) return { ...tensor, channels: undefined };
    return { ...tensor, value: this.#turned(tensor, inner, channels), channels: undefined };
  }

  /** [outer, rows, columns] → [outer, columns, rows]; of a constant, at once. */
  #turned({ value, shape }: IntegerTensor, rows: number, columns: number): Value {
    const outer = shape[0]!;
    const target = [outer, columns, rows];
    const name = `${value.name}_turned`;
    if (value.data) {
      const from = value.data.view('int8');
      const to = new Int8Array(from.length);
      for (let i = 0; i < from.length; i++) {
        const [c, r, o] = [i % columns, Math.floor(i / columns) % rows, Math.floor(i / (rows * columns))];
        to[(o * columns + c) * rows + r] = from[i]!;
      }
      return this.constant(name, target, to);
    }
    return this.emit(interleaveInt8, { outer, rows, columns }, [value], { name, shape: target });
  }

  /** A value of the tensor's memory that says `shape` of it, for an ONNX operator. */
  shaped(tensor: IntegerTensor, shape: readonly number[]): Value {
    const { value } = tensor;
    if (sameDims(value.type?.shape, shape)) return value;
    if (value.data) return this.constant(`${value.name}_shaped`, shape, value.data.view('int8'));
    const target = this.graph.addInitializer(
      this.fresh(`${value.name}_shape`),
      TensorData.from('int64', [shape.length], BigInt64Array.from(shape, BigInt)),
    );
    const result = new Value(this.fresh(`${value.name}_shaped`), { dtype: 'int8', shape });
    this.node(new Node('Reshape', [value, target], [result], { name: result.name }));
    return result;
  }
}

const sameDims = (a: readonly Dim[] | undefined, b: readonly number[]): boolean =>
  a?.length === b.length && a.every((dim, i) => dim === b[i]);

type DequantizeNode = Node & { readonly opType: 'DequantizeLinear' };
type QuantizeNode = Node & { readonly opType: 'QuantizeLinear' };

/** Whether a node gives floats for integers that are constant: weights. */
export const isConstantDequantize = (node: Node | undefined): node is DequantizeNode =>
  node !== undefined &&
  isOnnx(node) &&
  node.opType === 'DequantizeLinear' &&
  node.inputs[0]?.data !== undefined;

export const isDequantize = (node: Node | undefined): node is DequantizeNode =>
  node !== undefined && isOnnx(node) && node.opType === 'DequantizeLinear';

export const isQuantize = (node: Node | undefined): node is QuantizeNode =>
  node !== undefined && isOnnx(node) && node.opType === 'QuantizeLinear';

/** The quantization that a QuantizeLinear or DequantizeLinear names, where it is one for all and constant. */
export function quantizationOfNode(node: Node): Quantization | string {
  const [x, scale, zeroPoint] = node.inputs;
  const dtype = isQuantize(node)
    ? (zeroPoint?.type?.dtype ?? 'uint8')
    : (x?.type?.dtype ?? zeroPoint?.type?.dtype ?? 'uint8');
  if (zeroPoint && !zeroPoint.data) return 'its zero point is not constant';
  return quantizationOf(scale?.data, zeroPoint?.data, zeroPoint?.data?.dtype ?? dtype);
}

/** The integers of a constant as int8. */
export const int8Of = (data: TensorData): Int8Array =>
  Int8Array.from(toNumbers(data), (x) => x - (data.dtype === 'uint8' ? 128 : 0));

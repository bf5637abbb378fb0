import { intOf, intsOf, isOnnx } from '@trainyard/autograd/passes';
import { type Node, type TensorData, toNumbers, Value } from '@trainyard/onnx-ir';
import { convDynamicInt8, dynamicQuantizeInt8, gemmDynamicInt8 } from '../../kernels/dynamic-int8.ts';
import { sizeOf } from '../../program/element-type.ts';
import { type IntegerContext, int8Of } from '../context.ts';
import { permuted } from '../weights.ts';
import { channelsLast, windowFieldsOf } from '../window.ts';
import { nameOf } from './rule.ts';

/** A product of integers whose scale is known only when it runs, with what makes floats of its sums. */
interface DynamicProduct {
  /** ConvInteger or MatMulInteger. */
  readonly node: Node;
  /** DynamicQuantizeLinear */
  readonly quantize: Node;
  readonly weights: TensorData;
  readonly weightZero: number;
  readonly weightScales: TensorData;
  readonly bias: TensorData | undefined;
}

const isOp = (
  node: Node | undefined,
  ...types: readonly string[]
): node is Node & { readonly opType: string } =>
  node !== undefined && isOnnx(node) && types.includes(node.opType);

/** The operands of a node of two, the one that `fits` first. */
function operands(node: Node, fits: (value: Value) => boolean): readonly [Value, Value] | undefined {
  const [a, b] = node.inputs;
  if (!a || !b) return undefined;
  return fits(a) ? [a, b] : fits(b) ? [b, a] : undefined;
}

/** Reads DynamicQuantizeLinear → ConvInteger or MatMulInteger → Cast → Mul by both scales → Add of a constant bias. */
function dynamicProductOf(value: Value, context: IntegerContext): DynamicProduct | undefined {
  const floats = (x: Value | undefined) => {
    const data = context.constant(x);
    return data?.dtype === 'float32' ? data : undefined;
  };
  const isInner = (x: Value) => x.uses.size === 1 && !context.isOutput(x);
  const last = value.producer;
  const sum = isOp(last, 'Add') ? operands(last, (x) => isOp(x.producer, 'Mul') && isInner(x)) : undefined;
  const bias = sum && floats(sum[1]);
  if (sum && !bias) return undefined;
  const scaled = sum ? sum[0].producer : last;
  const parts = isOp(scaled, 'Mul')
    ? operands(scaled, (x) => isOp(x.producer, 'Cast') && isInner(x))
    : undefined;
  const integers = parts?.[0].producer?.inputs[0];
  const node = integers?.producer;
  if (!parts || !integers || !isInner(integers) || !isOp(node, 'ConvInteger', 'MatMulInteger'))
    return undefined;
  const quantize = node.inputs[0]?.producer;
  if (!isOp(quantize, 'DynamicQuantizeLinear') || node.inputs[2] !== quantize.outputs[2]) return undefined;
  const factors = parts[1].producer;
  const scales = isOp(factors, 'Mul') ? operands(factors, (x) => x === quantize.outputs[1]) : undefined;
  const weightScales = scales && floats(scales[1]);
  const weights = context.constant(node.inputs[1]);
  const zeros = node.inputs[3] ? context.constant(node.inputs[3]) : undefined;
  if (!weightScales || (weights?.dtype !== 'int8' && weights?.dtype !== 'uint8')) return undefined;
  if (node.inputs[3] && zeros?.size !== 1) return undefined;
  const [zero = 0] = zeros ? toNumbers(zeros) : [];
  const origin = weights.dtype === 'uint8' ? 128 : 0;
  return {
    node,
    quantize,
    weights,
    weightZero: zero - origin,
    weightScales,
    bias,
  };
}

interface DynamicInput {
  readonly integers: Value;
  readonly scale: Value;
  readonly zero: Value;
}

/** Emits such products; those that share an input share its integers. */
export class DynamicProducts {
  readonly #inputs = new Map<string, DynamicInput>();
  readonly #context: IntegerContext;

  constructor(context: IntegerContext) {
    this.#context = context;
  }

  /** The floats of `value`, where it is such a product and its sizes have a kernel. */
  lower(value: Value): Value | undefined {
    const product = dynamicProductOf(value, this.#context);
    if (!product) return undefined;
    return product.node.opType === 'ConvInteger' ? this.#conv(product, value) : this.#gemm(product, value);
  }

  #conv(
    { node, quantize, weights, weightZero, weightScales, bias }: DynamicProduct,
    value: Value,
  ): Value | undefined {
    const context = this.#context;
    const given = context.shape(quantize.inputs[0]!);
    const shape = context.shape(value);
    const count = weights.dims[0]!;
    const window = windowFieldsOf(node, given, shape, intsOf(node, 'kernel_shape') ?? weights.dims.slice(2));
    const spatial = weights.dims.length - 2;
    const [scales, biases] = [alongChannels(weightScales, count, spatial), biasFor(bias, count, spatial)];
    if (typeof window === 'string' || !biases || !scales) return undefined;
    const [out, deep, ...kernel] = weights.dims.map((_, i) => i);
    const order = [out!, ...kernel, deep!];
    const input = this.#input(quantize, given[1]!);
    const name = node.inputs[1]!.name;
    return context.writer.emit(
      convDynamicInt8,
      { ...window, groups: intOf(node, 'group', 1), weightZero, perChannel: scales.length > 1 ? 1 : 0 },
      [
        ...[input.integers, input.scale, input.zero],
        context.writer.constant(
          `${name}_packed`,
          order.map((axis) => weights.dims[axis]!),
          permuted({ values: int8Of(weights), dims: weights.dims }, order),
        ),
        context.writer.constant(`${name}_scale`, [scales.length], scales),
        context.writer.constant(`${name}_bias`, [count], biases),
      ],
      { name: value.name, dtype: 'float32', shape, origin: nameOf(node) },
    );
  }

  #gemm(
    { node, quantize, weights, weightZero, weightScales, bias }: DynamicProduct,
    value: Value,
  ): Value | undefined {
    const context = this.#context;
    const given = context.shape(quantize.inputs[0]!);
    const [depth, columns] = weights.dims;
    const [scales, biases] = [alongChannels(weightScales, columns!, 0), biasFor(bias, columns!, 0)];
    if (weights.dims.length !== 2 || !biases || !scales) return undefined;
    const input = this.#input(quantize, undefined);
    const name = node.inputs[1]!.name;
    return context.writer.emit(
      gemmDynamicInt8,
      {
        ...{ rows: sizeOf(given) / depth!, depth: depth!, columns: columns!, weightZero },
        perChannel: scales.length > 1 ? 1 : 0,
      },
      [
        ...[input.integers, input.scale, input.zero],
        context.writer.constant(
          `${name}_packed`,
          [columns!, depth!],
          permuted({ values: int8Of(weights), dims: weights.dims }, [1, 0]),
        ),
        context.writer.constant(`${name}_scale`, [scales.length], scales),
        context.writer.constant(`${name}_bias`, [columns!], biases),
      ],
      { name: value.name, dtype: 'float32', shape: context.shape(value), origin: nameOf(node) },
    );
  }

  #input(quantize: Node, channels: number | undefined): DynamicInput {
    const from = quantize.inputs[0]!;
    const key = `${from.name}\n${channels}`;
    const known = this.#inputs.get(key);
    if (known) return known;
    const { writer } = this.#context;
    const shape = this.#context.shape(from);
    const scale = new Value(writer.fresh(`${from.name}_scale`), { dtype: 'float32', shape: [1] });
    const zero = new Value(writer.fresh(`${from.name}_zero`), { dtype: 'int32', shape: [1] });
    const size = sizeOf(shape);
    const integers = writer.emit(
      dynamicQuantizeInt8,
      channels === undefined
        ? { outer: 1, channels: 1, inner: size }
        : { outer: shape[0]!, channels, inner: size / (shape[0]! * channels) },
      [this.#context.plain(from)],
      { name: `${from.name}_quantized`, shape: channels === undefined ? shape : channelsLast(shape) },
      [scale, zero],
    );
    const made = { integers, scale, zero };
    this.#inputs.set(key, made);
    return made;
  }
}

/**
 * A number for each output channel, or one for all, of a constant that is broadcast to [N, channels, …]; undefined where
 * it goes along another axis.
 * @param spatial the number of axes behind the channels
 */
function alongChannels(data: TensorData, count: number, spatial: number): Float32Array | undefined {
  const { dims, size } = data;
  const fits = size === 1 || (size === count && dims[dims.length - 1 - spatial] === count);
  return fits ? data.view('float32').slice() : undefined;
}

/** A number for each output; zeros where there is no bias. */
function biasFor(bias: TensorData | undefined, count: number, spatial: number): Float32Array | undefined {
  const floats = bias ? alongChannels(bias, count, spatial) : new Float32Array(count);
  return floats?.length === 1 ? new Float32Array(count).fill(floats[0]!) : floats;
}

import { type Attribute, createModel, Graph, type Model, Node, TensorData, Value } from '@trainyard/onnx-ir';

/** Numbers that are the same on every run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 2654435761) + 12345) >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(...choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  float(least: number, most: number): number {
    return least + this.next() * (most - least);
  }
}

const attributeOf = (x: number | string | readonly number[]): Attribute =>
  typeof x === 'number'
    ? { kind: 'int', value: x }
    : typeof x === 'string'
      ? { kind: 'string', value: x }
      : { kind: 'ints', value: x };

export type Dtype = 'uint8' | 'int8';

const sizeOf = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
const scalar = (x: number) => TensorData.from('float32', [], Float32Array.of(x));

/** Writes graphs in QDQ form, as our exporter does. */
export class QdqNet {
  readonly graph = new Graph('net');
  readonly random: Random;
  readonly dtype: Dtype;
  #count = 0;

  constructor(random: Random, dtype: Dtype) {
    this.random = random;
    this.dtype = dtype;
  }

  /** A float32 input, rounded to 8 bits. */
  input(shape: readonly number[]): Value {
    const value = new Value(`x${this.#count++}`, { dtype: 'float32', shape });
    this.graph.inputs.push(value);
    return this.quantized(value, this.random.float(0.01, 0.03));
  }

  /** The value rounded to 8 bits and back, in this scale. */
  quantized(value: Value, scale: number, zero = this.random.int(0, 255)): Value {
    const integers = this.#value('q');
    const numbers = this.#value('dq');
    const step = [this.constant(scalar(scale)), this.constant(this.#zero(zero))];
    this.graph.nodes.push(new Node('QuantizeLinear', [value, ...step], [integers]));
    this.graph.nodes.push(new Node('DequantizeLinear', [integers, ...step], [numbers]));
    return numbers;
  }

  #zero(zero: number): TensorData {
    return this.dtype === 'uint8'
      ? TensorData.from('uint8', [], Uint8Array.of(zero))
      : TensorData.from('int8', [], Int8Array.of(zero - 128));
  }

  constant(data: TensorData): Value {
    return this.graph.addInitializer(`c${this.#count++}`, data);
  }

  floats(dims: readonly number[], ...values: readonly number[]): Value {
    return this.constant(TensorData.from('float32', dims, Float32Array.from(values)));
  }

  int64s(...values: readonly number[]): Value {
    return this.constant(TensorData.from('int64', [values.length], BigInt64Array.from(values, BigInt)));
  }

  /** An input of 8 bits: pixels, or numbers that a caller has quantized. */
  bytes(shape: readonly number[], dtype: Dtype = 'uint8'): Value {
    const value = new Value(`x${this.#count++}`, { dtype, shape });
    this.graph.inputs.push(value);
    return value;
  }

  /** The value as integers, which are the model's output. */
  integersOf(value: Value, scale: number): Value {
    const integers = new Value('integers', { dtype: this.dtype });
    const step = [this.constant(scalar(scale)), this.constant(this.#zero(this.random.int(0, 255)))];
    this.graph.nodes.push(new Node('QuantizeLinear', [value, ...step], [integers]));
    return integers;
  }

  /** Numbers of an input of 8 bits. */
  dequantized(value: Value, scale: number): Value {
    const zero = this.constant(this.#zero(this.random.int(0, 255)));
    return this.op('DequantizeLinear', [value, this.constant(scalar(scale)), zero]);
  }

  /** A product of integers in the scale of each input, as our dynamic quantization writes it. */
  dynamic(
    x: Value,
    opType: 'ConvInteger' | 'MatMulInteger',
    dims: readonly number[],
    outputs: number,
    attributes = {},
  ) {
    const integers = [this.#value('q'), this.#value('scale'), this.#value('zero')] as const;
    this.graph.nodes.push(new Node('DynamicQuantizeLinear', [x], integers));
    const weights = Int8Array.from({ length: sizeOf(dims) }, () => this.random.int(-127, 127));
    const w = this.constant(TensorData.from('int8', dims, weights));
    const sums = this.op('Cast', [this.op(opType, [integers[0], w, integers[2]], attributes)], { to: 1 });
    const perChannel = [outputs, ...Array<number>(opType === 'ConvInteger' ? dims.length - 2 : 0).fill(1)];
    const numbers = () => Array.from({ length: outputs }, () => this.random.float(0.005, 0.02));
    const scale = this.op('Mul', [integers[1], this.floats(perChannel, ...numbers())]);
    return this.op('Add', [this.op('Mul', [sums, scale]), this.floats(perChannel, ...numbers())]);
  }

  /** Constant numbers of 8 bits in the activations' type. */
  integers(dims: readonly number[], scale: number): Value {
    const bytes = Uint8Array.from({ length: sizeOf(dims) }, () => this.random.int(0, 255));
    const data =
      this.dtype === 'uint8'
        ? TensorData.from('uint8', dims, bytes)
        : TensorData.from(
            'int8',
            dims,
            Int8Array.from(bytes, (x) => x - 128),
          );
    return this.op('DequantizeLinear', [
      this.constant(data),
      this.constant(scalar(scale)),
      this.constant(this.#zero(this.random.int(0, 255))),
    ]);
  }

  /** Weights of int8 with a scale for each index of `axis`, and a bias of int32 for `inputScale`; one scale without. */
  weights(dims: readonly number[], axis: number, inputScale: number, outputs = dims[axis]!) {
    const { random } = this;
    const perChannel = random.pick(true, false) || outputs !== dims[axis];
    const single = outputs !== dims[axis] || !perChannel;
    const scales = Float32Array.from({ length: single ? 1 : dims[axis]! }, () => random.float(0.005, 0.02));
    const values = Int8Array.from({ length: sizeOf(dims) }, () => random.int(-127, 127));
    const biases = Int32Array.from({ length: outputs }, () => random.int(-20_000, 20_000));
    const biasScales = scales.map((scale) => Math.fround(scale * Math.fround(inputScale)));
    const perAxis = single ? [] : [scales.length];
    const weights = this.op(
      'DequantizeLinear',
      [
        this.constant(TensorData.from('int8', dims, values)),
        this.constant(TensorData.from('float32', perAxis, scales)),
        this.constant(TensorData.from('int8', perAxis, new Int8Array(scales.length))),
      ],
      single ? {} : { axis },
    );
    const bias = this.op(
      'DequantizeLinear',
      [
        this.constant(TensorData.from('int32', [outputs], biases)),
        this.constant(TensorData.from('float32', perAxis, biasScales)),
      ],
      single ? {} : { axis: 0 },
    );
    return { weights, bias };
  }

  op(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, number | string | readonly number[]>> = {},
    floats: Readonly<Record<string, number>> = {},
  ): Value {
    const output = this.#value(opType.toLowerCase());
    const all = [
      ...Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const),
      ...Object.entries(floats).map(([key, value]) => [key, { kind: 'float', value }] as const),
    ];
    this.graph.nodes.push(
      new Node(opType, inputs, [output], { name: output.name, attributes: new Map<string, Attribute>(all) }),
    );
    return output;
  }

  #value(name: string): Value {
    return new Value(`${name}${this.#count++}`);
  }

  model(output: Value): Model {
    output.type ??= { dtype: 'float32' };
    this.graph.outputs.push(output);
    return createModel(this.graph);
  }
}

/** The scale that `quantized` gave a value. */
export const scaleOf = (value: Value): number => value.producer!.inputs[1]!.data!.view('float32')[0]!;

/** A scale by which sums of `count` random products fill the range of 8 bits. */
const fitting = (input: Value, count: number): number =>
  (scaleOf(input) * 0.0125 * 73 * 73 * Math.sqrt(count)) / 60;

export interface QuantizedCase {
  readonly name: string;
  /**
   * By how many steps ONNX Runtime may differ, and why that is not 0. Where it is 1, both are within rounding of the
   * exact result, and ONNX Runtime's own rounding depends on the processor or on the order of its sums.
   */
  readonly steps: 0 | 1;
  build(net: QdqNet): Value;
}

const picture = ({ random }: QdqNet, channels = random.int(1, 9)) => [
  1,
  channels,
  random.int(3, 9),
  random.int(3, 9),
];

/** Attributes of a window that fits a picture. */
function window({ random }: QdqNet, kernel: readonly number[], dilated = true) {
  return {
    kernel_shape: kernel,
    strides: [random.int(1, 2), random.int(1, 3)],
    pads: Array.from({ length: 4 }, (_, i) => random.int(0, kernel[i % 2]! - 1)),
    ...(dilated && random.pick(true, false) && kernel.every((k) => k < 3) ? { dilations: [2, 1] } : {}),
  };
}

function conv(
  net: QdqNet,
  groups: number,
  perGroup: number,
  multiplier: number,
  kernel: readonly number[],
): Value {
  const x = net.input(picture(net, groups * perGroup));
  const outputs = groups * multiplier;
  const { weights, bias } = net.weights([outputs, perGroup, ...kernel], 0, scaleOf(x));
  const y = net.op('Conv', [x, weights, bias], { ...window(net, kernel), group: groups });
  return net.quantized(y, fitting(x, perGroup * kernel[0]! * kernel[1]!));
}

function pair(net: QdqNet, opType: string, scale: number): Value {
  const shape = picture(net);
  const a = net.input(shape);
  const b = net.random.pick(
    () => net.input(shape),
    () => net.input([1, shape[1]!, 1, 1]),
    () => net.integers([shape[1]!, 1, 1], 0.02),
    () => net.integers(shape, 0.02),
  )();
  const operands = opType === 'Add' && net.random.pick(true, false) ? [b, a] : [a, b];
  return net.quantized(net.op(opType, operands), net.random.float(0.5, 2) * scale);
}

const unary = (
  opType: string,
  attributes: Readonly<Record<string, number>> = {},
  steps: 0 | 1 = 0,
): QuantizedCase => ({
  name: opType,
  steps,
  build: (net) =>
    net.quantized(net.op(opType, [net.input(picture(net))], {}, attributes), net.random.float(0.005, 0.02)),
});

/** One for every integer kernel, and the ways in which they meet. */
export const quantizedCases: readonly QuantizedCase[] = [
  {
    name: 'Conv',
    steps: 0,
    build: (net) =>
      conv(net, 1, net.random.int(1, 9), net.random.int(1, 9), [net.random.int(1, 3), net.random.int(1, 3)]),
  },
  {
    name: 'Conv 1×1',
    steps: 0,
    build: (net) => conv(net, 1, net.random.int(1, 33), net.random.int(1, 9), [1, 1]),
  },
  {
    name: 'Conv depthwise',
    steps: 0,
    build: (net) => conv(net, net.random.int(2, 9), 1, net.random.int(1, 3), [3, 2]),
  },
  {
    name: 'Conv grouped',
    steps: 0,
    build: (net) => conv(net, net.random.int(2, 3), net.random.int(2, 5), net.random.int(1, 6), [2, 3]),
  },
  {
    name: 'Conv Relu',
    steps: 0,
    build(net) {
      const x = net.input(picture(net));
      const channels = 5;
      const { weights, bias } = net.weights(
        [channels, net.graph.inputs[0]!.type!.shape![1] as number, 3, 3],
        0,
        scaleOf(x),
      );
      const y = net.op('Conv', [x, weights, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
      return net.quantized(net.op('Relu', [y]), fitting(x, 27), 40);
    },
  },
  {
    name: 'Conv of one axis',
    steps: 0,
    build(net) {
      const channels = net.random.int(1, 6);
      const x = net.input([1, channels, net.random.int(4, 12)]);
      const { weights, bias } = net.weights([4, channels, 3], 0, scaleOf(x));
      const y = net.op('Conv', [x, weights, bias], { kernel_shape: [3], pads: [1, 1] });
      return net.quantized(y, fitting(x, 3 * channels));
    },
  },
  {
    // ONNX Runtime has no integer kernel: it sums in float32.
    name: 'ConvTranspose',
    steps: 1,
    build(net) {
      const groups = net.random.pick(1, 1, 2);
      const channels = groups * net.random.int(1, 4);
      const x = net.input(picture(net, channels));
      const perGroup = net.random.int(1, 5);
      const { weights, bias } = net.weights([channels, perGroup, 3, 2], 1, scaleOf(x), perGroup * groups);
      const y = net.op('ConvTranspose', [x, weights, bias], {
        kernel_shape: [3, 2],
        strides: [2, 1],
        pads: [1, 0, 0, 1],
        group: groups,
      });
      return net.quantized(y, fitting(x, channels * 3));
    },
  },
  {
    name: 'Gemm',
    steps: 0,
    build(net) {
      const [depth, columns] = [net.random.int(1, 70), net.random.int(1, 13)];
      const x = net.input([net.random.pick(1, 1, 3), depth]);
      const transB = net.random.int(0, 1);
      const dims = transB ? [columns, depth] : [depth, columns];
      const { weights, bias } = net.weights(dims, transB ? 0 : 1, scaleOf(x), columns);
      return net.quantized(net.op('Gemm', [x, weights, bias], { transB }), fitting(x, depth));
    },
  },
  {
    name: 'Gemm to float',
    steps: 0,
    build(net) {
      const [depth, columns] = [net.random.int(1, 70), net.random.int(1, 13)];
      const x = net.input([1, depth]);
      const { weights, bias } = net.weights([columns, depth], 0, scaleOf(x), columns);
      return net.op('Gemm', [x, weights, bias], { transB: 1 });
    },
  },
  {
    name: 'MatMul',
    steps: 0,
    build(net) {
      const [depth, columns] = [net.random.int(1, 40), net.random.int(1, 9)];
      const x = net.input([1, net.random.int(1, 4), depth]);
      const { weights } = net.weights([depth, columns], 1, scaleOf(x), columns);
      return net.quantized(net.op('MatMul', [x, weights]), fitting(x, depth));
    },
  },
  {
    name: 'Conv Flatten Gemm',
    steps: 0,
    build(net) {
      const x = net.input([1, 2, 4, 5]);
      const first = net.weights([3, 2, 3, 3], 0, scaleOf(x));
      const y = net.op('Conv', [x, first.weights, first.bias], { kernel_shape: [3, 3] });
      const q = net.quantized(y, fitting(x, 18));
      const flat = net.quantized(net.op('Flatten', [q]), scaleOf(q), zeroOf(q));
      const { weights, bias } = net.weights([4, 18], 0, scaleOf(q), 4);
      return net.quantized(net.op('Gemm', [flat, weights, bias], { transB: 1 }), fitting(q, 18));
    },
  },
  {
    name: 'MaxPool',
    steps: 0,
    build(net) {
      const x = net.input(picture(net));
      const kernel = [net.random.int(1, 3), net.random.int(2, 3)];
      const y = net.op('MaxPool', [x], { ...window(net, kernel), ceil_mode: net.random.int(0, 1) });
      return net.quantized(y, scaleOf(x), zeroOf(x));
    },
  },
  {
    // The scale changes, which no exporter of ours does: a table follows.
    name: 'MaxPool rescaled',
    steps: 0,
    build(net) {
      const x = net.input(picture(net));
      return net.quantized(net.op('MaxPool', [x], { kernel_shape: [2, 2] }), net.random.float(0.01, 0.03));
    },
  },
  {
    // ONNX Runtime sums float32 numbers, so halves fall on either side.
    name: 'AveragePool',
    steps: 1,
    build(net) {
      const x = net.input(picture(net));
      const kernel = [net.random.int(1, 3), net.random.int(2, 3)];
      const y = net.op('AveragePool', [x], {
        ...window(net, kernel, false),
        count_include_pad: net.random.int(0, 1),
      });
      return net.quantized(y, net.random.pick(scaleOf(x), scaleOf(x) * net.random.float(0.5, 1.5)));
    },
  },
  {
    name: 'GlobalAveragePool',
    steps: 0,
    build(net) {
      const x = net.input(picture(net));
      return net.quantized(net.op('GlobalAveragePool', [x]), scaleOf(x) * net.random.float(0.2, 1));
    },
  },
  // ONNX Runtime adds in float32, with or without fused multiply-adds.
  { name: 'Add', steps: 1, build: (net) => pair(net, 'Add', 0.04) },
  { name: 'Sub', steps: 1, build: (net) => pair(net, 'Sub', 0.04) },
  { name: 'Mul', steps: 0, build: (net) => pair(net, 'Mul', 0.03) },
  {
    name: 'Concat',
    steps: 0,
    build(net) {
      const shape = picture(net);
      const axis = net.random.int(1, 3);
      const other = shape.with(axis, net.random.int(1, 4));
      const y = net.op('Concat', [net.input(shape), net.input(other), net.input(shape)], { axis });
      return net.quantized(y, net.random.float(0.01, 0.03));
    },
  },
  {
    name: 'Resize',
    steps: 0,
    build(net) {
      const x = net.input(picture(net));
      const y = net.op('Resize', [x, undefined, net.floats([4], 1, 1, 2, 3)], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      });
      return net.quantized(y, scaleOf(x), zeroOf(x));
    },
  },
  {
    name: 'Transpose and Reshape',
    steps: 0,
    build(net) {
      const shape = picture(net);
      const x = net.input(shape);
      const perm = net.random.pick([0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2]);
      const moved = net.quantized(net.op('Transpose', [x], { perm }), scaleOf(x), zeroOf(x));
      const y = net.op('Reshape', [moved, net.int64s(1, -1)]);
      return net.quantized(y, scaleOf(x), zeroOf(x));
    },
  },
  {
    name: 'Slice',
    steps: 0,
    build(net) {
      const x = net.input([1, 3, 6, 5]);
      const y = net.op('Slice', [x, net.int64s(1), net.int64s(5), net.int64s(2)]);
      return net.quantized(y, scaleOf(x), zeroOf(x));
    },
  },
  // Polynomials of ONNX Runtime, for the exponential function, are a little off.
  unary('Sigmoid', {}, 1),
  unary('Tanh', {}, 1),
  unary('LeakyRelu', { alpha: 0.1 }),
  unary('Relu'),
  unary('HardSwish'),
  {
    // ONNX Runtime makes one rounding of the two.
    name: 'Rescaling alone',
    steps: 1,
    build: (net) => net.quantized(net.input(picture(net)), net.random.float(0.005, 0.05)),
  },
  {
    name: 'Pixels',
    steps: 0,
    build(net) {
      const channels = net.random.int(1, 4);
      const planes = net.op('Transpose', [net.bytes([1, 5, 4, channels])], { perm: [0, 3, 1, 2] });
      const each = (least: number, most: number) =>
        net.floats(
          [channels, 1, 1],
          ...Array.from({ length: channels }, () => net.random.float(least, most)),
        );
      const centered = net.op('Sub', [net.op('Cast', [planes], { to: 1 }), each(90, 130)]);
      return net.quantized(net.op('Div', [centered, each(40, 70)]), 0.02);
    },
  },
  {
    name: 'Pixels in planes',
    steps: 0,
    build(net) {
      const numbers = net.op('Cast', [net.bytes([1, 3, 4, 5])], { to: 1 });
      return net.quantized(net.op('Mul', [numbers, net.floats([], net.random.float(0.01, 0.02))]), 0.02);
    },
  },
  {
    name: 'Integers in and out',
    steps: 0,
    build(net) {
      const x = net.dequantized(net.bytes([1, 3, 4, 5], net.dtype), 0.03);
      return net.integersOf(net.op('MaxPool', [x], { kernel_shape: [2, 2] }), 0.02);
    },
  },
  {
    name: 'AveragePool in one scale',
    steps: 1,
    build(net) {
      const x = net.input([1, 5, 6, 7]);
      const y = net.op('AveragePool', [x], { kernel_shape: [2, 3], strides: [2, 1], pads: [1, 0, 0, 1] });
      return net.quantized(y, scaleOf(x), zeroOf(x));
    },
  },
  {
    name: 'Conv in the scale of each input',
    steps: 0,
    build(net) {
      const groups = net.random.int(1, 3);
      const [depth, outputs] = [net.random.int(1, 4), groups * net.random.int(1, 3)];
      const x = new Value('x', { dtype: 'float32', shape: picture(net, groups * depth) });
      net.graph.inputs.push(x);
      const kernel = [net.random.int(1, 3), net.random.int(1, 2)];
      const attributes = { ...window(net, kernel), group: groups };
      return net.dynamic(x, 'ConvInteger', [outputs, depth, ...kernel], outputs, attributes);
    },
  },
  {
    name: 'MatMul in the scale of each input',
    steps: 0,
    build(net) {
      const [depth, columns] = [net.random.int(1, 40), net.random.int(1, 9)];
      const x = new Value('x', { dtype: 'float32', shape: [net.random.int(1, 3), depth] });
      net.graph.inputs.push(x);
      return net.dynamic(x, 'MatMulInteger', [depth, columns], columns);
    },
  },
  {
    // Nothing knows it on integers.
    name: 'Softmax in between',
    steps: 1,
    build(net) {
      const x = net.input([1, 9]);
      const y = net.quantized(net.op('Softmax', [x], { axis: 1 }), 1 / 255, 0);
      const { weights, bias } = net.weights([5, 9], 0, scaleOf(y), 5);
      return net.quantized(net.op('Gemm', [y, weights, bias], { transB: 1 }), fitting(y, 9));
    },
  },
];

/** The zero point of a quantized value, from 0 to 255. */
export function zeroOf(value: Value): number {
  const data = value.producer!.inputs[2]!.data!;
  return data.dtype === 'uint8' ? data.view('uint8')[0]! : data.view('int8')[0]! + 128;
}

/** A case with random sizes and numbers, and inputs for it. */
export function buildCase({ build }: Pick<QuantizedCase, 'build'>, seed: number, dtype: Dtype) {
  const random = new Random(seed);
  const net = new QdqNet(random, dtype);
  const output = build(net);
  const model = net.model(output);
  const draw = () =>
    model.graph.inputs.map((value) => {
      const shape = value.type!.shape as readonly number[];
      const kind = value.type!.dtype as Dtype | 'float32';
      const data =
        kind === 'float32'
          ? Float32Array.from({ length: sizeOf(shape) }, () => random.float(-2.5, 2.5))
          : kind === 'uint8'
            ? Uint8Array.from({ length: sizeOf(shape) }, () => random.int(0, 255))
            : Int8Array.from({ length: sizeOf(shape) }, () => random.int(-128, 127));
      return { name: value.name, dtype: kind, shape, data };
    });
  const last = output.producer!;
  return { model, draw, step: last.opType === 'DequantizeLinear' ? scaleOf(output) : undefined };
}

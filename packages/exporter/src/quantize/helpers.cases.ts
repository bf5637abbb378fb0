import { readFileSync } from 'node:fs';
import {
  type Attribute,
  createModel,
  Graph,
  type Model,
  Node,
  readModel,
  TensorData,
  Value,
  writeModel,
} from '@trainyard/onnx-ir';
import { exactIntegers } from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';

/** Numbers in [-1, 1) that are the same on every run. */
export function noise(size: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const attributeOf = (x: number | string | readonly number[]): Attribute =>
  typeof x === 'number'
    ? { kind: 'int', value: x }
    : typeof x === 'string'
      ? { kind: 'string', value: x }
      : { kind: 'ints', value: x };

/** Writes small graphs down in few words. */
export class NetBuilder {
  readonly graph = new Graph('net');
  #count = 0;

  input(name: string, dtype: 'float32' | 'uint8', shape: readonly (number | string)[]): Value {
    const value = new Value(name, { dtype, shape });
    this.graph.inputs.push(value);
    return value;
  }

  weights(dims: readonly number[], scale = 1): Value {
    const size = dims.reduce((a, b) => a * b, 1);
    const data = noise(size, this.#count + 1).map((x) => x * scale);
    return this.constant(dims, data);
  }

  constant(dims: readonly number[], data: Float32Array): Value {
    return this.graph.addInitializer(`c${this.#count++}`, TensorData.from('float32', dims, data));
  }

  op(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, number | string | readonly number[]>> = {},
    name = `${opType.toLowerCase()}${this.#count++}`,
  ): Value {
    const output = new Value(`${name}_out`);
    const entries = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const);
    this.graph.nodes.push(new Node(opType, inputs, [output], { name, attributes: new Map(entries) }));
    return output;
  }

  model(...outputs: Value[]): Model {
    for (const output of outputs) {
      output.type ??= { dtype: 'float32' };
      this.graph.outputs.push(output);
    }
    return createModel(this.graph);
  }
}

/** Pictures → preprocessing → two convolutions, pooling, a residual block, global pooling and a classifier. */
export function smallResNet(): Model {
  const net = new NetBuilder();
  const pictures = net.input('pictures', 'uint8', ['n', 12, 12, 3]);
  const planes = net.op('Transpose', [pictures], { perm: [0, 3, 1, 2] });
  const floats = net.op('Cast', [planes], { to: 1 });
  const centered = net.op('Sub', [floats, net.constant([], Float32Array.of(127.5))]);
  const x = net.op('Div', [centered, net.constant([], Float32Array.of(64))]);
  const conv = (from: Value, outputs: number, inputs: number, name: string) =>
    net.op(
      'Conv',
      [from, net.weights([outputs, inputs, 3, 3], 0.3), net.weights([outputs], 0.2)],
      { pads: [1, 1, 1, 1] },
      name,
    );
  const first = net.op('Relu', [conv(x, 8, 3, 'first')], {}, 'first_relu');
  const pooled = net.op('MaxPool', [first], { kernel_shape: [2, 2], strides: [2, 2] }, 'pool');
  const inner = net.op('Relu', [conv(pooled, 8, 8, 'inner')], {}, 'inner_relu');
  const outer = conv(inner, 8, 8, 'outer');
  const sum = net.op('Relu', [net.op('Add', [outer, pooled], {}, 'add')], {}, 'sum_relu');
  const means = net.op('GlobalAveragePool', [sum], {}, 'means');
  const flat = net.op('Flatten', [means], { axis: 1 }, 'flat');
  return net.model(
    net.op('Gemm', [flat, net.weights([10, 8]), net.weights([10])], { transB: 1 }, 'classifier'),
  );
}

export const pictures = (count: number, seed: number, size = 12, channels = 3): ort.Tensor =>
  new ort.Tensor(
    'uint8',
    Uint8Array.from(noise(count * size * size * channels, seed), (x) => (x + 1) * 127.9),
    [count, size, size, channels],
  );

export async function run(
  model: Model,
  feeds: ort.InferenceSession.FeedsType,
  options: ort.InferenceSession.SessionOptions = {},
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(writeModel(model), { extra: exactIntegers, ...options });
  try {
    const results = await session.run(feeds);
    return results[session.outputNames[0]!]!.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** How far above the error the signal is, in decibels; 20 dB is an error of a tenth, 40 dB of a hundredth. */
export function signalToNoise(expected: Float32Array, got: Float32Array): number {
  if (expected.length !== got.length)
    throw new Error(`expected ${expected.length} numbers, got ${got.length}`);
  let signal = 0;
  let error = 0;
  expected.forEach((x, i) => {
    signal += x * x;
    error += (x - got[i]!) ** 2;
  });
  return 10 * Math.log10(signal / error);
}

/** How often each operator is in the graph that ONNX Runtime makes of a model. */
export async function optimizedOperators(
  model: Model,
  folder: string,
  options: ort.InferenceSession.SessionOptions = {},
): Promise<Record<string, number>> {
  const path = `${folder}/optimized.onnx`;
  const session = await ort.InferenceSession.create(writeModel(model), {
    extra: exactIntegers,
    ...options,
    optimizedModelFilePath: path,
    // It warns that the file fits this machine only.
    logSeverityLevel: 3,
  });
  await session.release();
  return operators(readModel(readFileSync(path), { onWarning() {} }));
}

export function operators(model: Model): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of model.graph.nodes) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

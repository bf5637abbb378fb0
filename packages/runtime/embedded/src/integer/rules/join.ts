import type { Value } from '@trainyard/onnx-ir';
import { addInt8, addLeftShift, addRoundedInt8 } from '../../kernels/add-int8.ts';
import type { Broadcast } from '../../kernels/broadcast-int8.ts';
import { mulInt8 } from '../../kernels/mul-int8.ts';
import type { IntegerContext } from '../context.ts';
import { toFixedPoint } from '../requantize.ts';
import type { IntegerTensor, Target } from '../tensors.ts';
import { channelsLast } from '../window.ts';
import { type IntegerRule, nameOf } from './rule.ts';

interface Pair {
  readonly a: IntegerTensor;
  readonly b: IntegerTensor;
  readonly broadcast: Broadcast;
  readonly shape: readonly number[];
  readonly channels: number | undefined;
}

/** Two operands in one order of memory, and how they are repeated; a text where three dimensions cannot say that. */
function pairOf(
  inputs: readonly IntegerTensor[],
  shape: readonly number[],
  context: IntegerContext,
): Pair | string {
  const channels =
    inputs.some((tensor) => tensor.channels !== undefined) && shape.length > 2 ? shape[1] : undefined;
  const [a, b] = inputs.map((tensor) => ordered(tensor, shape, channels, context));
  const order = (dims: readonly number[]) => (channels === undefined ? dims : channelsLast(dims));
  const broadcast = collapsed(order(shape), order(a!.shape), order(b!.shape));
  return broadcast
    ? { a: a!, b: b!, broadcast, shape, channels }
    : 'it repeats its inputs in a way that has no kernel';
}

/** A tensor of as many dimensions as the result, with the channels where the result has them. */
function ordered(
  tensor: IntegerTensor,
  shape: readonly number[],
  channels: number | undefined,
  { writer }: IntegerContext,
): IntegerTensor {
  const missing = shape.length - tensor.shape.length;
  if (missing === 0 && tensor.channels === channels && channels === tensor.shape[1]) return tensor;
  const plain = writer.plain(tensor);
  const padded = { ...plain, shape: [...Array<number>(missing).fill(1), ...plain.shape] };
  return channels === undefined ? padded : writer.interleaved(padded, padded.shape[1]!);
}

/** Neighbouring dimensions that both operands go through alike become one; undefined where more than three are left. */
function collapsed(
  shape: readonly number[],
  a: readonly number[],
  b: readonly number[],
): Broadcast | undefined {
  interface Run {
    size: number;
    readonly hasA: boolean;
    readonly hasB: boolean;
  }
  const runs: Run[] = [];
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue;
    const [hasA, hasB] = [a[i] !== 1, b[i] !== 1];
    const last = runs.at(-1);
    if (last && last.hasA === hasA && last.hasB === hasB) last.size *= size;
    else runs.push({ size, hasA, hasB });
  }
  if (runs.length > 3) return undefined;
  while (runs.length < 3) runs.unshift({ size: 1, hasA: false, hasB: false });
  const stridesOf = (has: 'hasA' | 'hasB') =>
    runs.map((run, i) =>
      run[has] ? runs.slice(i + 1).reduce((n, other) => n * (other[has] ? other.size : 1), 1) : 0,
    );
  const [aOuter, aInner, aChannel] = stridesOf('hasA') as [number, number, number];
  const [bOuter, bInner, bChannel] = stridesOf('hasB') as [number, number, number];
  const [outer, inner, channels] = runs.map(({ size }) => size) as [number, number, number];
  return { outer, inner, channels, aOuter, aInner, aChannel, bOuter, bInner, bChannel };
}

/** Factors of the operands as integers of 31 bits in steps of 2^-bits. */
function commonFixedPoint(a: number, b: number) {
  const bits = Math.min(44, 30 - Math.floor(Math.log2(Math.max(a, Math.abs(b)))));
  return { aMultiplier: Math.round(a * 2 ** bits), bMultiplier: Math.round(b * 2 ** bits), bits };
}

/** The node of a sum, in the arithmetic that is asked for. */
function emitAdd(
  pair: Pair,
  sign: 1 | -1,
  target: Target,
  context: IntegerContext,
  output: Output,
): Value | string {
  const { a, b, broadcast } = pair;
  const [left, right] = [a.quantization, b.quantization];
  const { zero, lowest, highest } = target;
  const common = { ...broadcast, aZero: left.zero, bZero: right.zero, zero, lowest, highest };
  const operands = [a.value, b.value];
  if (context.options.requantize === 'float') {
    const factors = commonFixedPoint(
      Math.fround(left.scale / target.scale),
      sign * Math.fround(right.scale / target.scale),
    );
    if (factors.bits < 1) return 'its output has too fine a scale';
    return context.writer.emit(addInt8, { ...common, ...factors }, operands, output);
  }
  if (sign < 0) return 'there is no difference without floats';
  const twice = 2 * Math.max(left.scale, right.scale);
  const [forA, forB] = [toFixedPoint(left.scale / twice), toFixedPoint(right.scale / twice)];
  const parameters = {
    ...common,
    aMultiplier: forA.multiplier,
    aShift: forA.shift,
    bMultiplier: forB.multiplier,
    bShift: forB.shift,
    ...toFixedPoint(twice / (2 ** addLeftShift * target.scale)),
  };
  return context.writer.emit(addRoundedInt8, parameters, operands, output);
}

/** Sum and difference of two tensors, which may be constant or repeated. */
export const addRule: IntegerRule = {
  operators: ['Add', 'Sub'],
  lower(node, target, context) {
    const inputs = node.inputs.map((input) => context.numbers(input)).filter((input) => input !== undefined);
    if (inputs.length !== 2) return 'one of its inputs is float';
    const shape = context.shape(node.outputs[0]!);
    const pair = pairOf(inputs, shape, context);
    if (typeof pair === 'string') return pair;
    const output = outputOf(node.outputs[0]!.name, nameOf(node), pair);
    const value = emitAdd(pair, node.opType === 'Sub' ? -1 : 1, target, context, output);
    if (typeof value === 'string') return value;
    return { value, quantization: target, shape, channels: pair.channels };
  },
};

interface Output {
  readonly name: string;
  readonly origin: string;
  readonly shape: readonly number[];
}

const outputOf = (name: string, origin: string, { shape, channels }: Pair): Output => ({
  name,
  origin,
  shape: channels === undefined ? shape : channelsLast(shape),
});

/** Product of two tensors, which may be constant or repeated. */
export const mulRule: IntegerRule = {
  operators: ['Mul'],
  lower(node, target, context) {
    const inputs = node.inputs.map((input) => context.numbers(input)).filter((input) => input !== undefined);
    if (inputs.length !== 2) return 'one of its inputs is float';
    const shape = context.shape(node.outputs[0]!);
    const pair = pairOf(inputs, shape, context);
    if (typeof pair === 'string') return pair;
    const { a, b, broadcast } = pair;
    const ratio = Math.fround(Math.fround(a.quantization.scale * b.quantization.scale) / target.scale);
    const { zero, lowest, highest, origin } = target;
    const value = context.writer.emit(
      mulInt8,
      {
        ...broadcast,
        aZero: a.quantization.zero,
        bZero: b.quantization.zero,
        ...{ zero, lowest, highest, origin, ratio },
        ...(context.options.requantize === 'integer' ? toFixedPoint(ratio) : { multiplier: 0, shift: 0 }),
      },
      [a.value, b.value],
      outputOf(node.outputs[0]!.name, nameOf(node), pair),
    );
    return { value, quantization: target, shape, channels: pair.channels };
  },
};

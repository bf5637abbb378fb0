import { intOf, intsOf } from '@trainyard/autograd/passes';
import {
  averagePoolInt8,
  averagePoolRoundedInt8,
  globalAveragePoolInt8,
  maxPoolInt8,
} from '../../kernels/pool-int8.ts';
import { sizeOf } from '../../program/element-type.ts';
import { toFixedPoint } from '../requantize.ts';
import { sameQuantization, type Target } from '../tensors.ts';
import { channelsLast, windowFieldsOf } from '../window.ts';
import { type IntegerRule, nameOf } from './rule.ts';

const fixedPoint = (requantize: 'float' | 'integer', factor: number) =>
  requantize === 'integer' ? toFixedPoint(factor) : { multiplier: 0, shift: 0 };

const rangeOf = ({ zero, lowest, highest }: Target) => ({ zero, lowest, highest });

export const maxPoolRule: IntegerRule = {
  operators: ['MaxPool'],
  lower(node, _, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    if (node.outputs[1]) return 'its indices are read';
    const shape = context.shape(node.outputs[0]!);
    const window = windowFieldsOf(node, input.shape, shape, intsOf(node, 'kernel_shape') ?? []);
    if (typeof window === 'string') return window;
    const value = context.writer.emit(
      maxPoolInt8,
      window,
      [context.writer.interleaved(input, window.channels).value],
      {
        name: node.outputs[0]!.name,
        shape: channelsLast(shape),
        origin: nameOf(node),
      },
    );
    return { value, quantization: input.quantization, shape, channels: window.channels };
  },
};

export const averagePoolRule: IntegerRule = {
  operators: ['AveragePool'],
  lower(node, target, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const shape = context.shape(node.outputs[0]!);
    const window = windowFieldsOf(node, input.shape, shape, intsOf(node, 'kernel_shape') ?? []);
    if (typeof window === 'string') return window;
    const { writer } = context;
    const operand = writer.interleaved(input, window.channels).value;
    const output = { name: node.outputs[0]!.name, shape: channelsLast(shape), origin: nameOf(node) };
    const countPadding = intOf(node, 'count_include_pad', 0);
    if (
      context.options.requantize === 'integer' &&
      sameQuantization(input.quantization, target) &&
      !countPadding
    ) {
      const { lowest, highest } = target;
      const value = writer.emit(averagePoolRoundedInt8, { ...window, lowest, highest }, [operand], output);
      return { value, quantization: target, shape, channels: window.channels };
    }
    const ratio = input.quantization.scale / target.scale;
    const parameters = {
      ...window,
      countPadding,
      inputZero: input.quantization.zero,
      ...rangeOf(target),
      origin: target.origin,
      ratio,
      ...fixedPoint(context.options.requantize, ratio),
    };
    const value = writer.emit(averagePoolInt8, parameters, [operand], output);
    return { value, quantization: target, shape, channels: window.channels };
  },
};

export const globalAveragePoolRule: IntegerRule = {
  operators: ['GlobalAveragePool'],
  lower(node, target, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const [batch, channels, ...spatial] = input.shape;
    const shape = context.shape(node.outputs[0]!);
    const inner = sizeOf(spatial);
    const scale = Math.fround(input.quantization.scale / Math.fround(target.scale * inner));
    const parameters = {
      batch: batch!,
      channels: channels!,
      inner,
      inputZero: input.quantization.zero,
      ...rangeOf(target),
      scale,
      ...fixedPoint(context.options.requantize, scale),
    };
    const value = context.writer.emit(
      globalAveragePoolInt8,
      parameters,
      [context.writer.interleaved(input, channels!).value],
      { name: node.outputs[0]!.name, shape: channelsLast(shape), origin: nameOf(node) },
    );
    return { value, quantization: target, shape, channels: channels! };
  },
};

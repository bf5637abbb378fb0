import { intOf, intsOf } from '@trainyard/autograd/passes';
import { convInt8 } from '../../kernels/conv-int8.ts';
import { convTransposeInt8 } from '../../kernels/conv-transpose-int8.ts';
import { depthwiseConvInt8 } from '../../kernels/depthwise-conv-int8.ts';
import {
  biasOf,
  convolutionScales,
  outputScales,
  overflow,
  permuted,
  rescaleConstants,
  targetFields,
  weightsOf,
} from '../weights.ts';
import { channelsLast, windowFieldsOf } from '../window.ts';
import { type IntegerRule, nameOf } from './rule.ts';

/** Conv with constant integer weights; one input channel a group becomes a depthwise convolution. */
export const convRule: IntegerRule = {
  operators: ['Conv'],
  lower(node, target, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const weights = weightsOf(node.inputs[1], 0);
    if (typeof weights === 'string') return weights;
    const shape = context.shape(node.outputs[0]!);
    const window = windowFieldsOf(
      node,
      input.shape,
      shape,
      intsOf(node, 'kernel_shape') ?? weights.dims.slice(2),
    );
    if (typeof window === 'string') return window;
    const count = weights.dims[0]!;
    const bias = biasOf(node.inputs[2], count, input.quantization, weights.scales, context);
    if (typeof bias === 'string') return bias;
    const perOutput = weights.values.length / count;
    const tooLarge = overflow(weights, bias, input.quantization, (i) => Math.floor(i / perOutput));
    if (tooLarge) return tooLarge;
    const { writer } = context;
    const groups = intOf(node, 'group', 1);
    const depthwise = groups === window.channels && groups > 1;
    const factors = convolutionScales(weights.scales, input.quantization, target, count, context);
    const [out, deep, ...kernel] = weights.dims.map((_, i) => i);
    const order = depthwise ? [...kernel, out!, deep!] : [out!, ...kernel, deep!];
    const packed = writer.constant(
      `${weights.name}_packed`,
      order.filter((axis) => !depthwise || axis !== 1).map((axis) => weights.dims[axis]!),
      permuted(weights, order),
    );
    const operands = [
      writer.interleaved(input, window.channels).value,
      packed,
      writer.constant(`${weights.name}_bias`, [count], bias),
      ...rescaleConstants(weights.name, factors, context),
    ];
    const parameters = { ...window, inputZero: input.quantization.zero, ...targetFields(target, factors) };
    const output = { name: node.outputs[0]!.name, shape: channelsLast(shape), origin: nameOf(node) };
    const value = depthwise
      ? writer.emit(depthwiseConvInt8, parameters, operands, output)
      : writer.emit(convInt8, { ...parameters, groups }, operands, output);
    return { value, quantization: target, shape, channels: window.outChannels };
  },
};

/** ConvTranspose with constant integer weights [in, out / groups, kh, kw]. */
export const convTransposeRule: IntegerRule = {
  operators: ['ConvTranspose'],
  lower(node, target, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const groups = intOf(node, 'group', 1);
    const weights = weightsOf(node.inputs[1], 1);
    if (typeof weights === 'string') return weights;
    if (groups > 1 && weights.scales.length > 1) return 'it has groups and a scale for each channel';
    const attribute = node.attributes.get('auto_pad');
    if (attribute?.kind === 'string' && attribute.value !== 'NOTSET')
      return `its auto_pad is ${attribute.value}`;
    const shape = context.shape(node.outputs[0]!);
    const window = windowFieldsOf(
      node,
      input.shape,
      shape,
      intsOf(node, 'kernel_shape') ?? weights.dims.slice(2),
    );
    if (typeof window === 'string') return window;
    const [channels, perGroup, ...kernel] = weights.dims;
    const count = perGroup! * groups;
    const bias = biasOf(node.inputs[2], count, input.quantization, weights.scales, context);
    if (typeof bias === 'string') return bias;
    // [groups, in / groups, out / groups, …] → [groups, out / groups, …, in / groups]
    const dims = [groups, channels! / groups, perGroup!, ...kernel];
    const order = [0, 2, ...kernel.map((_, i) => i + 3), 1];
    const packed = { ...weights, values: permuted({ values: weights.values, dims }, order) };
    const perOutput = packed.values.length / count;
    const tooLarge = overflow(packed, bias, input.quantization, (i) => Math.floor(i / perOutput));
    if (tooLarge) return tooLarge;
    const { writer } = context;
    const factors = outputScales(weights.scales, input.quantization, target);
    const value = writer.emit(
      convTransposeInt8,
      { ...window, groups, inputZero: input.quantization.zero, ...targetFields(target, factors) },
      [
        writer.interleaved(input, window.channels).value,
        writer.constant(`${weights.name}_packed`, [count, ...kernel, channels! / groups], packed.values),
        writer.constant(`${weights.name}_bias`, [count], bias),
        ...rescaleConstants(weights.name, factors, context),
      ],
      { name: node.outputs[0]!.name, shape: channelsLast(shape), origin: nameOf(node) },
    );
    return { value, quantization: target, shape, channels: window.outChannels };
  },
};

import { applyNode, tensorOf } from '@trainyard/autograd';
import { resizeInt8 } from '../../kernels/resize-int8.ts';
import { sizeOf } from '../../program/element-type.ts';
import { channelsLast } from '../window.ts';
import { constantTensor } from './elementwise.ts';
import { type IntegerRule, nameOf } from './rule.ts';

/** Resize to the nearest pixel; which one that is, is asked of the operator itself. */
export const resizeRule: IntegerRule = {
  operators: ['Resize', 'Upsample'],
  lower(node, _, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const mode = node.attributes.get('mode');
    if (mode?.kind === 'string' && mode.value !== 'nearest') return `its mode is ${mode.value}`;
    const shape = context.shape(node.outputs[0]!);
    const [batch, channels, height, width] = input.shape;
    if (shape.length !== 4 || shape[0] !== batch || shape[1] !== channels)
      return 'it resizes more than height and width';
    const size = sizeOf(input.shape);
    if (size > 2 ** 24) return 'its input is too large';
    // A picture whose pixels say where they are.
    const places = tensorOf(
      'float32',
      input.shape,
      Float32Array.from({ length: size }, (__, i) => i),
    );
    const others = node.inputs.slice(1).map((other) => other && constantTensor(context, other));
    if (others.some((other, i) => !other && node.inputs[i + 1])) return 'its sizes are not constant';
    const [moved] = applyNode(node, [places, ...others]);
    const from = moved!.data as Float32Array;
    const [outHeight, outWidth] = [shape[2]!, shape[3]!];
    const rows = Int32Array.from({ length: outHeight }, (__, y) => Math.floor(from[y * outWidth]! / width!));
    const columns = Int32Array.from({ length: outWidth }, (__, x) => from[x]! % width!);
    const isGrid = from
      .subarray(0, outHeight * outWidth)
      .every((place, i) => place === rows[Math.floor(i / outWidth)]! * width! + columns[i % outWidth]!);
    if (!isGrid) return 'it gives numbers that are no pixels of its input';
    const { writer } = context;
    const name = node.outputs[0]!.name;
    const value = writer.emit(
      resizeInt8,
      { batch: batch!, height: height!, width: width!, channels: channels!, outHeight, outWidth },
      [
        writer.interleaved(input, channels!).value,
        writer.constant(`${name}_rows`, [outHeight], rows),
        writer.constant(`${name}_columns`, [outWidth], columns),
      ],
      { name, shape: channelsLast(shape), origin: nameOf(node) },
    );
    return { value, quantization: input.quantization, shape, channels: channels! };
  },
};

import { axisOf, intOf } from '@trainyard/autograd/passes';
import { fromNumbers, type Node } from '@trainyard/onnx-ir';
import { bytesOf, cTypeOf, type ElementType, sizeOf } from '../program/element-type.ts';
import { linesAlong } from './along-axis.ts';
import type { CFunction, Kernel, Operand } from './kernel.ts';

/** Least and greatest of the types that floats are quantized to. */
const ranges: Partial<Record<ElementType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

const quantize = (to: ElementType, [lowest, highest]: readonly [number, number]): CFunction => ({
  name: `quantize_${to}`,
  headers: ['math.h'],
  source: `/* round(x / scale) + zero point, halves to even; scales and zero points for each of \`size\` neighbours. */
static void quantize_${to}(const float *x, const float *scale, const ${cTypeOf(to)} *zero, ${cTypeOf(to)} *y, int32_t outer,
                          int32_t size, int32_t inner) {
  for (int32_t i = 0; i < outer; i++)
    for (int32_t j = 0; j < size; j++)
      for (int32_t k = 0; k < inner; k++) {
        const float value = nearbyintf(*x++ / scale[j]) + (float)zero[j];
        *y++ = (${cTypeOf(to)})(value < ${lowest}.0f ? ${lowest}.0f : value > ${highest}.0f ? ${highest}.0f : value);
      }
}`,
});

const dequantize = (from: ElementType): CFunction => ({
  name: `dequantize_${from}`,
  source: `/* (x - zero point) * scale; scales and zero points for each of \`size\` neighbours. */
static void dequantize_${from}(const ${cTypeOf(from)} *x, const float *scale, const ${cTypeOf(from)} *zero, float *y, int32_t outer,
                          int32_t size, int32_t inner) {
  for (int32_t i = 0; i < outer; i++)
    for (int32_t j = 0; j < size; j++)
      for (int32_t k = 0; k < inner; k++) *y++ = (float)(*x++ - zero[j]) * scale[j];
}`,
});

/** `functionFor` gives the function for the integer type on one side, where there is one. */
function kernelOf(
  operator: string,
  functionFor: (integer: ElementType) => CFunction | undefined,
  isInput: boolean,
): Kernel {
  return {
    name: operator.replace('Linear', '').toLowerCase(),
    operators: [operator],
    match(node, model) {
      const [x, scale, zero] = node.inputs;
      const [y] = node.outputs;
      if (!x || !scale || !y) return undefined;
      const integer = model.type(isInput ? x : y).dtype;
      const fn = functionFor(integer);
      const other = model.type(isInput ? y : x).dtype;
      if (!fn || other !== 'float32')
        return { expected: 'float32 and integers of 8 or 16 bits', got: `${other} and ${integer}` };
      const { shape } = model.type(x);
      const count = sizeOf(model.type(scale).shape);
      const { outer, size, inner } =
        count === 1
          ? { outer: 1, size: 1, inner: sizeOf(shape) }
          : linesAlong(shape, axisOf(intOf(node, 'axis', 1), shape.length));
      if (size !== count)
        return { expected: `${size} scales, one for each index of its axis`, got: String(count) };
      return {
        inputs: [x, scale, zero ?? zeros(node, integer, count)],
        outputs: [y],
        functions: [fn],
        call: ({ inputs, outputs }) =>
          `${fn.name}(${inputs.join(', ')}, ${outputs[0]}, ${outer}, ${size}, ${inner});`,
        // Bytes may alias anything.
        inPlace: !isInput && bytesOf(integer) === 1 ? [[0, 0]] : [],
      };
    },
  };
}

const zeros = (node: Node, dtype: ElementType, count: number): Operand => ({
  name: `${node.name || node.opType} zero`,
  dtype,
  dims: [count],
  bytes: fromNumbers(dtype as 'int8', [count], new Array<number>(count).fill(0)).bytes,
});

const integerTypes = ['int8', 'uint8', 'int16', 'uint16', 'int32'] as const;
const dequantizeFunctions = new Map<ElementType, CFunction>(
  integerTypes.map((type) => [type, dequantize(type)]),
);
const quantizeFunctions = new Map<ElementType, CFunction>(
  Object.entries(ranges).map(([type, range]) => [type as ElementType, quantize(type as ElementType, range)]),
);

/** Between floats and integers, where no integer kernel takes them. */
export const quantizeKernels: readonly Kernel[] = [
  kernelOf('QuantizeLinear', (integer) => quantizeFunctions.get(integer), false),
  kernelOf('DequantizeLinear', (integer) => dequantizeFunctions.get(integer), true),
];

import { sizeOf } from '../program/element-type.ts';
import { axisOfNode, type Lines, linesAlong } from './along-axis.ts';
import type { CFunction, Kernel } from './kernel.ts';
import { allFloat } from './types.ts';

/** `finish` is a statement that makes y[i] of x[i], the largest element and the sum of e^(x − largest). */
const functionOf = (name: string, keep: string, finish: string): CFunction => ({
  name,
  headers: ['math.h'],
  source: `/* Along lines of \`size\` elements that are \`inner\` apart. */
static void ${name}(const float *input, float *output, int32_t outer, int32_t size, int32_t inner) {
  for (int32_t i = 0; i < outer; i++)
    for (int32_t j = 0; j < inner; j++) {
      const float *x = input + i * size * inner + j;
      float *y = output + i * size * inner + j;
      float largest = x[0], sum = 0.0f;
      for (int32_t k = 1; k < size; k++)
        if (x[k * inner] > largest) largest = x[k * inner];
      for (int32_t k = 0; k < size; k++) {
        ${keep}
      }
      for (int32_t k = 0; k < size; k++) ${finish}
    }
}`,
});

const softmax = functionOf(
  'softmax_f32',
  `const float power = expf(x[k * inner] - largest);
        sum += power;
        y[k * inner] = power;`,
  'y[k * inner] /= sum;',
);

const logSoftmax = functionOf(
  'log_softmax_f32',
  'sum += expf(x[k * inner] - largest);',
  'y[k * inner] = x[k * inner] - largest - logf(sum);',
);

/** From opset 13 on along one axis; before, over all axes from that one on. */
const oneAxisOpset = 13;

const kernelOf = (operator: string, fn: CFunction, isProbability: boolean): Kernel => ({
  name: fn.name.replace(/_/g, ' '),
  operators: [operator],
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y || !allFloat([x], model)) return undefined;
    const { shape } = model.type(x);
    const isOneAxis = model.opset >= oneAxisOpset;
    const axis = axisOfNode(node, shape.length, isOneAxis ? -1 : 1);
    const { outer, size, inner }: Lines = isOneAxis
      ? linesAlong(shape, axis)
      : { outer: sizeOf(shape.slice(0, axis)), size: sizeOf(shape.slice(axis)), inner: 1 };
    return {
      inputs: [x],
      outputs: [y],
      functions: [fn],
      call: ({ inputs, outputs }) => `${fn.name}(${inputs[0]}, ${outputs[0]}, ${outer}, ${size}, ${inner});`,
      inPlace: [[0, 0]],
      isProbability,
    };
  },
});

export const softmaxKernels: readonly Kernel[] = [
  kernelOf('Softmax', softmax, true),
  kernelOf('LogSoftmax', logSoftmax, false),
];

import { intOf } from '@trainyard/autograd/passes';
import { axisOfNode, linesAlong } from './along-axis.ts';
import type { CFunction, Kernel } from './kernel.ts';
import { allFloat } from './types.ts';

const functionOf = (name: string, isBetter: string): CFunction => ({
  name,
  source: `static void ${name}(const float *input, int64_t *output, int32_t outer, int32_t size, int32_t inner) {
  for (int32_t i = 0; i < outer; i++)
    for (int32_t j = 0; j < inner; j++) {
      const float *x = input + i * size * inner + j;
      int32_t best = 0;
      for (int32_t k = 1; k < size; k++)
        if (x[k * inner] ${isBetter} x[best * inner]) best = k;
      *output++ = best;
    }
}`,
});

const kernelOf = (operator: string, fn: CFunction): Kernel => ({
  name: fn.name.replace(/_/g, ' '),
  operators: [operator],
  infer(node, model) {
    const x = model.type(node.inputs[0]);
    if (!x) return undefined;
    const axis = axisOfNode(node, x.shape.length, 0);
    const shape = intOf(node, 'keepdims', 1) !== 0 ? x.shape.with(axis, 1) : x.shape.toSpliced(axis, 1);
    return { dtype: 'int64', shape };
  },
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y || !allFloat([x], model)) return undefined;
    if (intOf(node, 'select_last_index', 0) !== 0)
      return { expected: 'the first of equal elements', got: 'select_last_index' };
    const { shape } = model.type(x);
    const { outer, size, inner } = linesAlong(shape, axisOfNode(node, shape.length, 0));
    return {
      inputs: [x],
      outputs: [y],
      functions: [fn],
      call: ({ inputs, outputs }) => `${fn.name}(${inputs[0]}, ${outputs[0]}, ${outer}, ${size}, ${inner});`,
    };
  },
});

export const argKernels: readonly Kernel[] = [
  kernelOf('ArgMax', functionOf('arg_max_f32', '>')),
  kernelOf('ArgMin', functionOf('arg_min_f32', '<')),
];

import type { Kernel } from './kernel.ts';

/** Operators whose result is the input's elements in the same order: they cost nothing. */
export const reshapeKernel: Kernel = {
  name: 'reshape',
  operators: ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'],
  match(node) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    return x && y ? { alias: x, output: y } : undefined;
  },
};

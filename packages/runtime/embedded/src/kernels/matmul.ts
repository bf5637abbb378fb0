import { halfToFloat } from './half.ts';
import type { CFunction, Kernel } from './kernel.ts';
import { broadcastStrides, mergedLoops, paddedLoops } from './strides.ts';
import { allFloat } from './types.ts';

const parameters: CFunction = {
  name: 'matmul_f32_parameters',
  source: `typedef struct {
  int32_t batches[2], a_steps[2], b_steps[2]; /* outermost first; a step of 0 repeats */
  int32_t rows, columns, depth;
} matmul_f32_parameters;`,
};

const product = (name: string, weight: 'float' | 'uint16_t'): CFunction => ({
  name,
  needs: weight === 'float' ? [parameters] : [parameters, halfToFloat],
  source: `/* Rows of y are sums of scaled rows of b. */
static void ${name}(const matmul_f32_parameters *p, const float *a, const ${weight} *b, float *y) {
  for (int32_t i = 0; i < p->batches[0]; i++)
    for (int32_t j = 0; j < p->batches[1]; j++)
      for (int32_t row = 0; row < p->rows; row++, y += p->columns) {
        const float *left = a + i * p->a_steps[0] + j * p->a_steps[1] + row * p->depth;
        const ${weight} *right = b + i * p->b_steps[0] + j * p->b_steps[1];
        for (int32_t n = 0; n < p->columns; n++) y[n] = 0.0f;
        for (int32_t k = 0; k < p->depth; k++, right += p->columns)
          for (int32_t n = 0; n < p->columns; n++) y[n] += left[k] * ${weight === 'float' ? 'right[n]' : 'half_to_float(right[n])'};
      }
}`,
});

const float32MatMul = product('matmul_f32', 'float');
const float16MatMul = product('matmul_f32_f16', 'uint16_t');

/** MatMul of any ranks. */
export const matMulKernel: Kernel = {
  name: 'matmul f32',
  operators: ['MatMul'],
  match(node, model) {
    const [a, b] = node.inputs;
    const [y] = node.outputs;
    if (!a || !b || !y || !allFloat([a, b], model)) return undefined;
    const left = model.type(a).shape;
    const right = model.type(b).shape;
    // A vector is a row on the left and a column on the right.
    const [rows, depth] = left.length === 1 ? [1, left[0]!] : (left.slice(-2) as [number, number]);
    const columns = right.length === 1 ? 1 : right.at(-1)!;
    const outer = model.type(y).shape.slice(0, Math.max(left.length, right.length, 2) - 2);
    const steps = [
      broadcastStrides(left.slice(0, -2), outer).map((step) => step * rows * depth),
      broadcastStrides(right.slice(0, -2), outer).map((step) => step * depth * columns),
    ];
    const loops = paddedLoops(mergedLoops(outer, steps), 2, 2);
    if (!loops)
      return {
        expected: 'batches in at most two groups of axes',
        got: `[${left.join(', ')}] and [${right.join(', ')}]`,
      };
    const fn = model.type(b).dtype === 'float16' ? float16MatMul : float32MatMul;
    return {
      inputs: [a, b],
      halfInputs: [1],
      outputs: [y],
      functions: [fn],
      parameters: {
        type: parameters.name,
        fields: {
          batches: loops.map(({ size }) => size),
          a_steps: loops.map(({ steps: [step] }) => step!),
          b_steps: loops.map(({ steps: [, step] }) => step!),
          rows,
          columns,
          depth,
        },
      },
      call: ({ inputs, outputs, parameters: p }) =>
        `${fn.name}(${p}, ${inputs[0]}, ${inputs[1]}, ${outputs[0]});`,
      multiplyAdds: outer.reduce((product_, size) => product_ * size, rows * columns * depth),
    };
  },
};

import { floatOf, intOf } from '@trainyard/autograd/passes';
import { clamped, clampFields, clampFunction, clampOperators } from './clamp.ts';
import { halfToFloat } from './half.ts';
import { type CFunction, cFloat, type Kernel } from './kernel.ts';
import { allFloat, presentInputs } from './types.ts';

const parameters: CFunction = {
  name: 'gemm_f32_parameters',
  source: `typedef struct {
  int32_t rows, columns, depth;
  int32_t a_row, a_step, b_column, b_step, c_row, c_column; /* distances of elements */
  float alpha, beta, lowest, highest;
} gemm_f32_parameters;`,
};

const product = (name: string, weight: 'float' | 'uint16_t'): CFunction => {
  const read = (element: string) => (weight === 'float' ? element : `half_to_float(${element})`);
  return {
    name,
    needs: weight === 'float' ? [parameters, clampFunction] : [parameters, clampFunction, halfToFloat],
    source: `/* y = alpha * a * b + beta * c */
static void ${name}(const gemm_f32_parameters *p, const float *a, const ${weight} *b, const ${weight} *c, float *y) {
  for (int32_t i = 0; i < p->rows; i++)
    for (int32_t j = 0; j < p->columns; j++) {
      const float *left = a + i * p->a_row;
      const ${weight} *right = b + j * p->b_column;
      float sum = 0.0f;
      for (int32_t k = 0; k < p->depth; k++) sum += left[k * p->a_step] * ${read('right[k * p->b_step]')};
      sum *= p->alpha;
      if (c) sum += p->beta * ${read('c[i * p->c_row + j * p->c_column]')};
      y[i * p->columns + j] = clamp_f32(sum, p->lowest, p->highest);
    }
}`,
  };
};

const float32Gemm = product('gemm_f32', 'float');
const float16Gemm = product('gemm_f32_f16', 'uint16_t');

/** Gemm, with a Relu or a Clip after it. */
export const gemmKernel: Kernel = {
  name: 'gemm f32',
  operators: ['Gemm', ...clampOperators],
  match(node, model) {
    const found = clamped(node, ['Gemm'], model);
    if (!found || !allFloat(found.anchor.inputs, model)) return undefined;
    const { anchor, clamp, output } = found;
    const [a, b, c] = anchor.inputs.map((input) => input && model.type(input));
    const [rows, columns] = model.type(output).shape as [number, number];
    const isTransposedA = intOf(anchor, 'transA', 0) !== 0;
    const isTransposedB = intOf(anchor, 'transB', 0) !== 0;
    const depth = a!.shape[isTransposedA ? 0 : 1]!;
    const isHalf = b!.dtype === 'float16' && (!c || c.dtype === 'float16');
    const fn = isHalf ? float16Gemm : float32Gemm;
    const [cRows, cColumns] = [1, 1, ...(c?.shape ?? [])].slice(-2) as [number, number];
    return {
      inputs: presentInputs(anchor),
      halfInputs: isHalf ? [1, 2] : [],
      outputs: [output],
      origin: anchor,
      functions: [fn],
      parameters: {
        type: parameters.name,
        fields: {
          rows,
          columns,
          depth,
          a_row: isTransposedA ? 1 : depth,
          a_step: isTransposedA ? rows : 1,
          b_column: isTransposedB ? depth : 1,
          b_step: isTransposedB ? 1 : columns,
          c_row: cRows === 1 ? 0 : cColumns,
          c_column: cColumns === 1 ? 0 : 1,
          alpha: cFloat(floatOf(anchor, 'alpha', 1)),
          beta: cFloat(floatOf(anchor, 'beta', 1)),
          ...clampFields(clamp),
        },
      },
      call: ({ inputs, outputs, parameters: p }) =>
        `${fn.name}(${p}, ${inputs[0]}, ${inputs[1]}, ${inputs[2] ?? 'NULL'}, ${outputs[0]});`,
      multiplyAdds: rows * columns * depth,
    };
  },
};

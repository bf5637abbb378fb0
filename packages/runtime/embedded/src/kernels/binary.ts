import type { Node } from '@trainyard/onnx-ir';
import { clamped, clampFields, clampFunction, clampOperators } from './clamp.ts';
import type { CFunction, Kernel, Refusal } from './kernel.ts';
import { broadcastStrides, denseStrides, mergedLoops, paddedLoops } from './strides.ts';
import { allFloat } from './types.ts';

const levels = 4;

const parameters: CFunction = {
  name: 'binary_f32_parameters',
  source: `typedef struct {
  int32_t sizes[${levels}], a_steps[${levels}], b_steps[${levels}]; /* outermost first; a step of 0 repeats */
  float lowest, highest;
} binary_f32_parameters;`,
};

interface Binary {
  readonly operator: string;
  /** In x and y. */
  readonly expression: string;
  readonly headers?: readonly string[];
}

const table: readonly Binary[] = [
  { operator: 'Add', expression: 'x + y' },
  { operator: 'Sub', expression: 'x - y' },
  { operator: 'Mul', expression: 'x * y' },
  { operator: 'Div', expression: 'x / y' },
  { operator: 'Pow', expression: 'powf(x, y)', headers: ['math.h'] },
  { operator: 'Max', expression: 'x > y ? x : y' },
  { operator: 'Min', expression: 'x < y ? x : y' },
  { operator: 'PRelu', expression: 'x < 0.0f ? x * y : x' },
];

function functionOf({ operator, expression, headers = [] }: Binary): CFunction {
  const name = `${operator.toLowerCase()}_f32`;
  return {
    name,
    needs: [parameters, clampFunction],
    headers,
    source: `static void ${name}(const binary_f32_parameters *p, const float *a, const float *b, float *output) {
  for (int32_t i = 0; i < p->sizes[0]; i++)
    for (int32_t j = 0; j < p->sizes[1]; j++)
      for (int32_t k = 0; k < p->sizes[2]; k++) {
        const float *left = a + i * p->a_steps[0] + j * p->a_steps[1] + k * p->a_steps[2];
        const float *right = b + i * p->b_steps[0] + j * p->b_steps[1] + k * p->b_steps[2];
        for (int32_t l = 0; l < p->sizes[3]; l++) {
          const float x = left[l * p->a_steps[3]], y = right[l * p->b_steps[3]];
          *output++ = clamp_f32(${expression}, p->lowest, p->highest);
        }
      }
}`,
  };
}

function kernelOf(entry: Binary): Kernel {
  const fn = functionOf(entry);
  return {
    name: `${entry.operator.toLowerCase()} f32`,
    operators: [entry.operator, ...clampOperators],
    match(node, model) {
      const found = clamped(node, [entry.operator], model);
      if (!found || !allFloat(found.anchor.inputs, model)) return undefined;
      const { anchor, clamp, output } = found;
      const inputs = twoInputs(anchor);
      if (!Array.isArray(inputs)) return inputs as Refusal;
      const [a, b] = inputs as [(typeof inputs)[0], (typeof inputs)[0]];
      const { shape } = model.type(output);
      const strides = [a, b].map((input) => broadcastStrides(model.type(input).shape, shape));
      const loops = paddedLoops(mergedLoops(shape, strides), levels, 2);
      if (!loops)
        return {
          expected: `inputs that are broadcast along at most ${levels} groups of axes`,
          got: `[${model.type(a).shape.join(', ')}] and [${model.type(b).shape.join(', ')}]`,
        };
      const dense = denseStrides(shape);
      const isDense = (at: number) => strides[at]!.every((step, i) => step === dense[i] || shape[i] === 1);
      return {
        inputs: [a, b],
        outputs: [output],
        origin: anchor,
        functions: [fn],
        parameters: {
          type: parameters.name,
          fields: {
            sizes: loops.map(({ size }) => size),
            a_steps: loops.map(({ steps }) => steps[0]!),
            b_steps: loops.map(({ steps }) => steps[1]!),
            ...clampFields(clamp),
          },
        },
        call: ({ inputs: [x, y], outputs, parameters: p }) => `${fn.name}(${p}, ${x}, ${y}, ${outputs[0]});`,
        inPlace: [0, 1].filter(isDense).map((at) => [at, 0] as const),
      };
    },
  };
}

/** Max and Min may have more or fewer than two inputs. */
function twoInputs({ inputs }: Node) {
  const present = inputs.filter((input) => input !== undefined);
  if (present.length === 2) return present;
  return { expected: 'two inputs', got: String(present.length) };
}

export const binaryKernels: readonly Kernel[] = table.map(kernelOf);

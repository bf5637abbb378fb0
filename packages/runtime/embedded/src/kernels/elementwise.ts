import { floatOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import { clampOf } from './clamp.ts';
import { type CFunction, cFloat, type Kernel, type ModelView } from './kernel.ts';
import { allFloat, inferSame } from './types.ts';

/** A function of one float: what it is called in C, its expression in x, a and b, and what a and b are. */
interface Elementwise {
  readonly operator: string;
  readonly expression: string;
  readonly math?: boolean;
  readonly needs?: readonly CFunction[];
  /** Values of a and b; undefined where they are not constant. */
  readonly constants?: (node: Node, model: ModelView) => readonly number[] | undefined;
}

const alpha = (otherwise: number) => (node: Node) => [floatOf(node, 'alpha', otherwise)];
const alphaBeta = (a: number, b: number) => (node: Node) => [
  floatOf(node, 'alpha', a),
  floatOf(node, 'beta', b),
];
const bounds = (node: Node, model: ModelView) => {
  const clamp = clampOf(node, model);
  return clamp && [clamp.lowest, clamp.highest];
};
const isTanhGelu = ({ attributes }: Node): boolean => {
  const approximate = attributes.get('approximate');
  return approximate?.kind === 'string' && approximate.value === 'tanh';
};

/** The formulas are those of ONNX's operator documentation. */
const table: readonly Elementwise[] = [
  { operator: 'Relu', expression: 'x < 0.0f ? 0.0f : x' },
  { operator: 'Clip', expression: 'x < a ? a : x > b ? b : x', constants: bounds },
  { operator: 'LeakyRelu', expression: 'x < 0.0f ? a * x : x', constants: alpha(0.01) },
  { operator: 'ThresholdedRelu', expression: 'x > a ? x : 0.0f', constants: alpha(1) },
  { operator: 'Elu', expression: 'x < 0.0f ? a * expm1f(x) : x', constants: alpha(1) },
  { operator: 'Celu', expression: 'x < 0.0f ? a * expm1f(x / a) : x', constants: alpha(1) },
  {
    operator: 'Selu',
    expression: 'b * (x < 0.0f ? a * expm1f(x) : x)',
    constants: (node) => [floatOf(node, 'alpha', 1.6732632), floatOf(node, 'gamma', 1.050701)],
  },
  // Neither overflows: e^x of a positive x is never computed.
  { operator: 'Sigmoid', expression: 'x < 0.0f ? expf(x) / (1.0f + expf(x)) : 1.0f / (1.0f + expf(-x))' },
  { operator: 'Softplus', expression: 'x > 0.0f ? x + log1pf(expf(-x)) : log1pf(expf(x))' },
  { operator: 'Softsign', expression: 'x / (1.0f + fabsf(x))' },
  { operator: 'Mish', expression: 'x * tanhf(x > 0.0f ? x + log1pf(expf(-x)) : log1pf(expf(x)))' },
  { operator: 'Tanh', expression: 'tanhf(x)' },
  {
    operator: 'HardSigmoid',
    expression: 'a * x + b < 0.0f ? 0.0f : a * x + b > 1.0f ? 1.0f : a * x + b',
    constants: alphaBeta(0.2, 0.5),
  },
  {
    operator: 'HardSwish',
    expression: 'x * (x < -3.0f ? 0.0f : x > 3.0f ? 1.0f : x * (1.0f / 6.0f) + 0.5f)',
  },
  { operator: 'Gelu', expression: '0.5f * x * (1.0f + erff(x * 0.70710678f))' },
  { operator: 'Erf', expression: 'erff(x)' },
  { operator: 'Exp', expression: 'expf(x)' },
  { operator: 'Log', expression: 'logf(x)' },
  { operator: 'Sqrt', expression: 'sqrtf(x)' },
  { operator: 'Reciprocal', expression: '1.0f / x' },
  { operator: 'Neg', expression: '-x' },
  { operator: 'Abs', expression: 'fabsf(x)' },
  { operator: 'Sign', expression: 'x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x' },
  { operator: 'Floor', expression: 'floorf(x)' },
  { operator: 'Ceil', expression: 'ceilf(x)' },
  // Halves go to the even neighbour.
  { operator: 'Round', expression: 'nearbyintf(x)' },
  { operator: 'Sin', expression: 'sinf(x)' },
  { operator: 'Cos', expression: 'cosf(x)' },
];

const tanhGelu: Elementwise = {
  operator: 'Gelu',
  expression: '0.5f * x * (1.0f + tanhf(0.79788456f * (x + 0.044715f * x * x * x)))',
};

/** Names of constants in an expression, in the order in which the function takes them. */
const constantNames = ['a', 'b'];

function functionOf(name: string, { expression }: Elementwise): CFunction {
  const used = constantNames.filter((constant) => new RegExp(`\\b${constant}\\b`).test(expression));
  const arguments_ = used.map((constant) => `, float ${constant}`).join('');
  return {
    name,
    headers: /[a-z0-9]+f\(/.test(expression) ? ['math.h'] : [],
    source: `static void ${name}(const float *input, float *output, int32_t size${arguments_}) {
  for (int32_t i = 0; i < size; i++) {
    const float x = input[i];
    output[i] = ${expression};
  }
}`,
  };
}

function kernelOf(
  operator: string,
  entries: readonly { fn: CFunction; entry: Elementwise; takes: (node: Node) => boolean }[],
): Kernel {
  return {
    name: `${operator.toLowerCase()} f32`,
    operators: [operator],
    infer: inferSame,
    match(node, model) {
      const [x] = node.inputs;
      const [y] = node.outputs;
      if (!x || !y || !allFloat([x], model)) return undefined;
      const { fn, entry } = entries.find(({ takes }) => takes(node))!;
      const constants = entry.constants ? entry.constants(node, model) : [];
      if (!constants) return { expected: 'bounds that are constant', got: 'computed ones' };
      const size = sizeOf(model.type(y).shape);
      const tail = constants.map((constant) => `, ${cFloat(constant)}`).join('');
      return {
        inputs: [x],
        outputs: [y],
        functions: [constants.every(Number.isFinite) ? fn : { ...fn, headers: ['math.h'] }],
        call: ({ inputs, outputs }) => `${fn.name}(${inputs[0]}, ${outputs[0]}, ${size}${tail});`,
        inPlace: [[0, 0]],
      };
    },
  };
}

export const elementwiseKernels: readonly Kernel[] = table.map((entry) => {
  const plain = { fn: functionOf(`${entry.operator.toLowerCase()}_f32`, entry), entry, takes: () => true };
  const tanh = { fn: functionOf('gelu_tanh_f32', tanhGelu), entry: tanhGelu, takes: isTanhGelu };
  return kernelOf(entry.operator, entry.operator === 'Gelu' ? [tanh, plain] : [plain]);
});

import { axisOf, intOf, intsOf } from '@trainyard/autograd/passes';
import { type Node, toNumbers } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import type { CFunction, Kernel, PartialView } from './kernel.ts';
import { type Loop, mergedLoops } from './strides.ts';
import { allFloat } from './types.ts';

const parameters: CFunction = {
  name: 'reduce_f32_parameters',
  source: `typedef struct {
  int32_t kept[3], kept_steps[3], reduced[2], reduced_steps[2]; /* outermost first */
} reduce_f32_parameters;`,
};

/** C expressions of a reduction: where it starts, what it is with x, and what comes of it and of the count. */
interface Reduction {
  readonly operator: string;
  readonly start: string;
  readonly next: string;
  readonly result?: string;
}

const table: readonly Reduction[] = [
  { operator: 'ReduceMean', start: '0.0f', next: 'all + x', result: 'all / (float)count' },
  { operator: 'ReduceSum', start: '0.0f', next: 'all + x' },
  { operator: 'ReduceSumSquare', start: '0.0f', next: 'all + x * x' },
  { operator: 'ReduceL1', start: '0.0f', next: 'all + fabsf(x)' },
  { operator: 'ReduceL2', start: '0.0f', next: 'all + x * x', result: 'sqrtf(all)' },
  { operator: 'ReduceMax', start: '-INFINITY', next: 'x > all ? x : all' },
  { operator: 'ReduceMin', start: 'INFINITY', next: 'x < all ? x : all' },
  { operator: 'ReduceProd', start: '1.0f', next: 'all * x' },
];

function functionOf({ operator, start, next, result = 'all' }: Reduction): CFunction {
  const name = `${operator.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()}_f32`;
  const count = result.includes('count') ? '  const int32_t count = p->reduced[0] * p->reduced[1];\n' : '';
  return {
    name,
    needs: [parameters],
    headers: /INFINITY|f\(/.test(`${start}${next}${result.replace('(float)', '')}`) ? ['math.h'] : [],
    source: `static void ${name}(const reduce_f32_parameters *p, const float *input, float *output) {
${count}  for (int32_t i = 0; i < p->kept[0]; i++)
    for (int32_t j = 0; j < p->kept[1]; j++)
      for (int32_t k = 0; k < p->kept[2]; k++) {
        const float *from = input + i * p->kept_steps[0] + j * p->kept_steps[1] + k * p->kept_steps[2];
        float all = ${start};
        for (int32_t l = 0; l < p->reduced[0]; l++)
          for (int32_t m = 0; m < p->reduced[1]; m++) {
            const float x = from[l * p->reduced_steps[0] + m * p->reduced_steps[1]];
            all = ${next};
          }
        *output++ = ${result};
      }
}`,
  };
}

/** The axes a node reduces: an attribute, a constant input, or all. */
function axesOf(node: Node, rank: number, model: PartialView): number[] | undefined {
  const all = Array.from({ length: rank }, (_, i) => i);
  const [, input] = node.inputs;
  const data = input && model.constant(input);
  if (input && !data) return undefined;
  const axes = data ? [...toNumbers(data)] : (intsOf(node, 'axes') ?? []);
  if (axes.length === 0) return intOf(node, 'noop_with_empty_axes', 0) !== 0 ? [] : all;
  return axes.map((axis) => axisOf(axis, rank));
}

const spatialAxes = (_: Node, rank: number): number[] => Array.from({ length: rank - 2 }, (_, i) => i + 2);

function kernelOf(
  operator: string,
  fn: CFunction,
  axesFor: (node: Node, rank: number, model: PartialView) => number[] | undefined,
): Kernel {
  return {
    name: fn.name.replace(/_/g, ' '),
    operators: [operator],
    infer(node, model) {
      const x = model.type(node.inputs[0]);
      const axes = x && axesFor(node, x.shape.length, model);
      if (!x || !axes) return undefined;
      const keepsAxes = intOf(node, 'keepdims', 1) !== 0;
      const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
      return { ...x, shape: keepsAxes ? shape : shape.filter((_, i) => !axes.includes(i)) };
    },
    match(node, model) {
      const [x] = node.inputs;
      const [y] = node.outputs;
      if (!x || !y || !allFloat([x], model)) return undefined;
      const { shape } = model.type(x);
      const axes = axesFor(node, shape.length, model);
      if (!axes) return { expected: 'constant axes', got: 'computed ones' };
      const loops = loopsOf(shape, axes);
      if (!loops)
        return {
          expected: 'axes in at most two groups of neighbours',
          got: `axes ${axes.join(', ')} of [${shape.join(', ')}]`,
        };
      const { kept, reduced } = loops;
      return {
        inputs: [x],
        outputs: [y],
        functions: [fn],
        parameters: {
          type: parameters.name,
          fields: {
            kept: kept.map(({ size }) => size),
            kept_steps: kept.map(({ steps }) => steps[0]!),
            reduced: reduced.map(({ size }) => size),
            reduced_steps: reduced.map(({ steps }) => steps[0]!),
          },
        },
        call: ({ inputs, outputs, parameters: p }) => `${fn.name}(${p}, ${inputs[0]}, ${outputs[0]});`,
        // Results come in the order in which what is reduced ends, when nothing is kept within it.
        inPlace: isLast(shape, axes) ? [[0, 0]] : [],
      };
    },
  };
}

/** Whether all axes from the first reduced one on are reduced, or of size 1. */
function isLast(shape: readonly number[], axes: readonly number[]): boolean {
  const first = Math.min(...axes);
  return shape.every((size, i) => i < first || size === 1 || axes.includes(i));
}

function loopsOf(
  shape: readonly number[],
  axes: readonly number[],
): { kept: Loop[]; reduced: Loop[] } | undefined {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const pick = (isReduced: boolean) => shape.map((_, i) => i).filter((i) => axes.includes(i) === isReduced);
  const merged = (chosen: readonly number[]) =>
    mergedLoops(
      chosen.map((i) => shape[i]!),
      [chosen.map((i) => strides[i]!)],
    );
  const padded = (loops: Loop[], levels: number): Loop[] => [
    ...new Array<Loop>(Math.max(0, levels - loops.length)).fill({ size: 1, steps: [0] }),
    ...loops,
  ];
  const kept = padded(merged(pick(false)), 3);
  const reduced = padded(merged(pick(true)), 2);
  return kept.length === 3 && reduced.length === 2 ? { kept, reduced } : undefined;
}

const functions = table.map((entry) => ({ operator: entry.operator, fn: functionOf(entry) }));
const functionNamed = (operator: string): CFunction =>
  functions.find((entry) => entry.operator === operator)!.fn;

/** Reductions, and pooling of whole pictures, which are reductions too. */
export const reduceKernels: readonly Kernel[] = [
  ...functions.map(({ operator, fn }) => kernelOf(operator, fn, axesOf)),
  kernelOf('GlobalAveragePool', functionNamed('ReduceMean'), spatialAxes),
  kernelOf('GlobalMaxPool', functionNamed('ReduceMax'), spatialAxes),
];

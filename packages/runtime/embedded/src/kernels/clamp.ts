import { floatOf } from '@trainyard/autograd/passes';
import { type Node, toNumbers, type Value } from '@trainyard/onnx-ir';
import { cFloat, type ModelView } from './kernel.ts';

/** Bounds of the results, from a Relu or a Clip after a node. */
export interface Clamp {
  readonly lowest: number;
  readonly highest: number;
}

const unbounded: Clamp = { lowest: -Infinity, highest: Infinity };

/** The bounds that a Relu or a Clip sets, where they are constant. */
export function clampOf(node: Node, model: ModelView): Clamp | undefined {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Relu') return { lowest: 0, highest: Infinity };
  if (node.opType !== 'Clip') return undefined;
  const bound = (input: Value | undefined, name: string, otherwise: number): number | undefined => {
    if (!input) return floatOf(node, name, otherwise);
    const data = model.constant(input);
    return data ? toNumbers(data)[0] : undefined;
  };
  const lowest = bound(node.inputs[1], 'min', -Infinity);
  const highest = bound(node.inputs[2], 'max', Infinity);
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
}

export interface Clamped {
  /** The node that computes, before the clamp. */
  readonly anchor: Node;
  readonly clamp: Clamp;
  /** What comes out, after the clamp. */
  readonly output: Value;
}

/**
 * The node of one of these operators that a kernel is to compute: the one it was asked for, or the one before it,
 * where that is a Relu or a Clip that alone reads its result.
 */
export function clamped(node: Node, operators: readonly string[], model: ModelView): Clamped | undefined {
  const output = node.outputs[0];
  if (!output || node.domain !== '') return undefined;
  if (operators.includes(node.opType)) return { anchor: node, clamp: unbounded, output };
  const clamp = clampOf(node, model);
  const before = node.inputs[0];
  const anchor = model.isInner(before) ? before?.producer : undefined;
  if (!clamp || !anchor || anchor.domain !== '' || !operators.includes(anchor.opType)) return undefined;
  return { anchor, clamp, output };
}

/** Operators that `clamped` may be asked for, besides those it looks for. */
export const clampOperators = ['Relu', 'Clip'] as const;

/** The fields `lowest` and `highest` of a struct. */
export const clampFields = ({ lowest, highest }: Clamp) => ({
  lowest: cFloat(lowest),
  highest: cFloat(highest),
});

/** Keeps NaN. */
export const clampFunction = {
  name: 'clamp_f32',
  headers: ['math.h'],
  source: `static float clamp_f32(float x, float lowest, float highest) {
  return x < lowest ? lowest : x > highest ? highest : x;
}`,
};

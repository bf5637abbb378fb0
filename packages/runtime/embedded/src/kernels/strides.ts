import { sizeOf } from '../program/element-type.ts';

/** A loop over several arrays: how often, and by how many elements each array moves. */
export interface Loop {
  readonly size: number;
  readonly steps: readonly number[];
}

/** Distances of neighbours along each axis of a dense array. */
export const denseStrides = (shape: readonly number[]): number[] =>
  shape.map((_, i) => sizeOf(shape.slice(i + 1)));

/** Distances of neighbours in an array of `shape` that is broadcast to `target`: 0 where it is repeated. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const padded = [...new Array<number>(target.length - shape.length).fill(1), ...shape];
  const strides = denseStrides(padded);
  return padded.map((size, i) => (size === 1 ? 0 : strides[i]!));
}

/**
 * Nested loops over `shape`, the innermost last, with as few levels as do: axes of size 1 vanish, and two that all
 * arrays run through like one become one.
 */
export function mergedLoops(shape: readonly number[], strides: readonly (readonly number[])[]): Loop[] {
  const loops: Loop[] = [];
  for (const [i, size] of shape.entries()) {
    if (size === 1) continue;
    const steps = strides.map((stride) => stride[i]!);
    const outer = loops.at(-1);
    if (outer?.steps.every((step, j) => step === steps[j]! * size))
      loops[loops.length - 1] = { size: outer.size * size, steps };
    else loops.push({ size, steps });
  }
  return loops;
}

/** Exactly `levels` loops, outer ones of one turn added; undefined where there are more. */
export function paddedLoops(loops: readonly Loop[], levels: number, arrays: number): Loop[] | undefined {
  if (loops.length > levels) return undefined;
  const idle: Loop = { size: 1, steps: new Array<number>(arrays).fill(0) };
  return [...new Array<Loop>(levels - loops.length).fill(idle), ...loops];
}

import type { Tensor } from '../tensor.ts';
import { sizeOf } from '../types.ts';

/** For every output element along an axis: two input elements, and the share of the second. */
export interface Taps {
  readonly low: number[];
  readonly high: number[];
  readonly share: number[];
}

/** Mixes elements along one axis after another. */
export function interpolate(
  x: Tensor,
  steps: readonly { readonly axis: number; readonly taps: Taps }[],
  y: Tensor,
): void {
  const sizes = [...x.sizes];
  let from = x.data as Float32Array;
  for (const { axis, taps } of steps) {
    const outer = sizeOf(sizes.slice(0, axis));
    const inner = sizeOf(sizes.slice(axis + 1));
    const length = sizes[axis];
    const { low, high, share } = taps;
    const count = low.length;
    sizes[axis] = count;
    const to = new (from.constructor as Float32ArrayConstructor)(outer * count * inner);
    for (let p = 0; p < outer; p++)
      for (let o = 0; o < count; o++) {
        const a = (p * length + low[o]) * inner;
        const b = (p * length + high[o]) * inner;
        const at = (p * count + o) * inner;
        const s = share[o];
        if (s === 0) for (let i = 0; i < inner; i++) to[at + i] = from[a + i];
        else for (let i = 0; i < inner; i++) to[at + i] = from[a + i] + s * (from[b + i] - from[a + i]);
      }
    from = to;
  }
  (y.data as Float32Array).set(from);
}

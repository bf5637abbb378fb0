import { attr } from '../attributes.ts';
import { defineOp } from '../op.ts';
import { type Tensor, tensor } from '../tensor.ts';
import { type DType, type NumberArray, normalizeAxis, sizeOf } from '../types.ts';
import { equal } from './compare.ts';
import { floatsOf } from './elementwise.ts';
import { knownNumbers } from './rules.ts';
import { cast } from './select.ts';
import { unsqueeze } from './squeeze.ts';

/** A new axis of `depth` elements: values[1] where the index says, else values[0]. */
export const OneHot = defineOp({
  type: 'OneHot',
  attributes: { axis: attr.int(-1) },
  infer: ([{ shape }, depth, values], { axis }) => {
    const at = normalizeAxis('oneHot', axis, shape.length + 1);
    const [classes] = knownNumbers('oneHot', 'depth', depth);
    return [{ dtype: values.dtype, shape: [...shape.slice(0, at), classes, ...shape.slice(at)] }];
  },
  kernel: ([indices, , values], { axis }, [y]) => {
    const at = normalizeAxis('oneHot', axis, y.rank);
    const depth = y.sizes[at];
    const inner = sizeOf(y.sizes.slice(at + 1));
    const [off, on] = floatsOf(values.data);
    const to = y.data as NumberArray;
    to.fill(off);
    floatsOf(indices.data).forEach((index, i) => {
      const hot = index < 0 ? index + depth : index;
      if (hot >= 0 && hot < depth) to[(Math.floor(i / inner) * depth + hot) * inner + (i % inner)] = on;
    });
  },
});

/**
 * Integers [...] as rows [..., depth] with a 1 at that place and 0 elsewhere; a number outside of 0 to depth − 1
 * gives a row of zeros. Made of a comparison, which every execution provider has.
 */
export const oneHot = (labels: Tensor, depth: number, dtype: DType = 'float32'): Tensor =>
  cast(
    equal(
      unsqueeze(labels, -1),
      tensor(
        Array.from({ length: depth }, (_, i) => i),
        labels.dtype,
      ),
    ),
    dtype,
  );

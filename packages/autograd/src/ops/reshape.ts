import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { concrete, type Dim, formatType, type Shape, sizeOf } from '../types.ts';
import { productOf } from './rules.ts';

/** ONNX's rule: 0 keeps the input's size at that place, one −1 takes what is left. */
function resolve(shape: Shape, wanted: Shape, allowZero: boolean): Dim[] {
  const kept = wanted.map((dim, i) => (dim === 0 && !allowZero ? shape[i] : dim));
  const open = kept.indexOf(-1);
  const given = kept.filter((_, i) => i !== open);
  const left = quotient(shape, given);
  if (left === undefined || given.some((dim) => dim === undefined || dim === -1) || (open < 0 && left !== 1))
    throw new InputError(
      'reshape',
      `a shape of as many elements as [${shape.join(', ')}]`,
      `[${wanted.join(', ')}]`,
    );
  return kept.map((dim, i) => (i === open ? left : dim));
}

/** The product of `shape` divided by that of `given`; undefined where that is no whole size. */
function quotient(shape: Shape, given: Shape): Dim | undefined {
  const rest = [...shape];
  let known = 1;
  for (const dim of given) {
    const at = typeof dim === 'string' ? rest.indexOf(dim) : -1;
    if (at >= 0) rest.splice(at, 1);
    else if (typeof dim === 'number') known *= dim;
    else return undefined;
  }
  const total = sizeOf(rest.filter((dim) => typeof dim === 'number'));
  const names = rest.filter((dim) => typeof dim === 'string');
  if (known === 0) return total === 0 ? 1 : undefined;
  return total % known === 0 ? productOf([total / known, ...names]) : undefined;
}

/** d(reshape x) = reshape dx */
export const Reshape = defineOp({
  type: 'Reshape',
  attributes: { allowzero: { kind: 'int', default: 0 } },
  infer: ([x, shape], { allowzero }) => {
    const wanted = shape.known?.toArray() ?? shape.elements;
    if (!wanted) throw new InputError('reshape', 'a constant shape', formatType(shape));
    return [{ dtype: x.dtype, shape: resolve(x.shape, wanted, allowzero === 1) }];
  },
  kernel: ([x], _, [y]) => (y.data as Float32Array).set(x.data as Float32Array),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => reshape(dy, concrete('reshape', x.shape)), null],
});

/**
 * The same elements in another shape; 0 keeps the size at that place, one −1 takes what is left.
 * @throws InputError when the number of elements differs
 */
export const reshape = (x: Tensor, shape: readonly number[]): Tensor => Reshape.call([x, int64s(shape)])[0];

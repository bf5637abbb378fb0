import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { concrete, type Dim, formatType, type Shape, sizeOf } from '../types.ts';

/** ONNX's rule: 0 keeps the input's size at that place, one −1 takes what is left. */
function resolve(shape: Shape, wanted: readonly number[], allowZero: boolean): Dim[] {
  const kept = wanted.map((dim, i) => (dim === 0 && !allowZero ? shape[i] : dim));
  const open = kept.indexOf(-1);
  const rest = [...shape];
  const known: number[] = [];
  for (const dim of kept) {
    const named = typeof dim === 'string' ? rest.indexOf(dim) : -1;
    if (named >= 0) rest.splice(named, 1);
    else if (dim !== -1 && typeof dim === 'number') known.push(dim);
  }
  const names = rest.filter((dim) => typeof dim === 'string');
  const left = sizeOf(rest.filter((dim) => typeof dim === 'number')) / sizeOf(known);
  const fits = open < 0 ? names.length === 0 && left === 1 : Number.isInteger(left) && names.length <= 1;
  if (!fits)
    throw new InputError(
      'reshape',
      `a shape of as many elements as [${shape.join(', ')}]`,
      `[${wanted.join(', ')}]`,
    );
  // A name alone stays itself; a multiple of a name is a size of its own.
  const taken = names.length === 0 ? left : left === 1 ? names[0] : `${left}*${names[0]}`;
  return kept.map((dim, i) => (i === open ? taken : dim));
}

/** d(reshape x) = reshape dx */
export const Reshape = defineOp({
  type: 'Reshape',
  attributes: { allowzero: { kind: 'int', default: 0 } },
  infer: ([x, shape], { allowzero }) => {
    if (!shape.known) throw new InputError('reshape', 'a constant shape', formatType(shape));
    return [{ dtype: x.dtype, shape: resolve(x.shape, shape.known.toArray(), allowzero === 1) }];
  },
  kernel: ([x], _, [y]) => (y.data as Float32Array).set(x.data as Float32Array),
  vjp: ({ inputs: [x], cotangents: [dy] }) => [() => reshape(dy, concrete('reshape', x.shape)), null],
});

/**
 * The same elements in another shape; 0 keeps the size at that place, one −1 takes what is left.
 * @throws InputError when the number of elements differs
 */
export const reshape = (x: Tensor, shape: readonly number[]): Tensor => Reshape.call([x, int64s(shape)])[0];

import { dataTypeCode, dataTypeOfCode } from '@trainyard/onnx-ir';
import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, type DType, formatType, isDType, isFloat, type NumberArray } from '../types.ts';
import { unbroadcast } from './arithmetic.ts';
import { floatsOf, forEachRow, isInt64, writeNumbers } from './elementwise.ts';
import { inferUnary, type Operand, operands, requireSame } from './rules.ts';
import { type Bits, bitsOf } from './strided.ts';

type SelectLoop = (
  to: Bits,
  start: number,
  n: number,
  chosen: Uint8Array,
  ci: number,
  cs: number,
  from: Bits,
  ai: number,
  as: number,
  other: Bits,
  bi: number,
  bs: number,
) => void;

/** Without a branch, which a processor could not foretell on real data; for elements of up to 32 bits. */
const selectBits: SelectLoop = (to, start, n, chosen, ci, cs, from, ai, as, other, bi, bs) => {
  for (let i = 0; i < n; i++) {
    const mask = -chosen[ci + i * cs];
    to[start + i] = (from[ai + i * as] & mask) | (other[bi + i * bs] & ~mask);
  }
};

const selectWide: SelectLoop = (to, start, n, chosen, ci, cs, from, ai, as, other, bi, bs) => {
  for (let i = 0; i < n; i++) to[start + i] = chosen[ci + i * cs] ? from[ai + i * as] : other[bi + i * bs];
};

/** d where(c, a, b) = where(c, da, db) */
export const Where = defineOp({
  type: 'Where',
  infer: ([condition, a, b]) => {
    if (condition.dtype !== 'bool')
      throw new InputError(
        'where',
        'a condition of bools',
        formatType(condition),
        'compare it with something',
      );
    requireSame('where', a, b);
    return [{ dtype: a.dtype, shape: broadcastShapes('where', condition.shape, a.shape, b.shape) }];
  },
  kernel: ([condition, a, b], _, [y]) => {
    const chosen = condition.data as Uint8Array;
    const [from, other, to] = [a, b, y].map(({ data }) => bitsOf(data));
    const loop = y.dtype === 'float64' || y.dtype === 'int64' ? selectWide : selectBits;
    forEachRow(y.sizes, [condition.sizes, a.sizes, b.sizes], ([ci, ai, bi], start, length, [cs, as, bs]) =>
      loop(to, start, length, chosen, ci, cs, from, ai, as, other, bi, bs),
    );
  },
  vjp: ({ inputs: [condition, a, b], cotangents: [dy] }) => [
    null,
    () => unbroadcast(where(condition, dy, 0), a.shape),
    () => unbroadcast(where(condition, 0, dy), b.shape),
  ],
});

/** Element types ONNX's casts may ask for, as ours. @throws InputError for one that tensors do not have */
function dtypeOfCode(where: string, code: number): DType {
  const dtype = dataTypeOfCode(code);
  if (!dtype || !isDType(dtype))
    throw new InputError(where, 'an element type that tensors have', dtype ?? `number ${code}`);
  return dtype;
}

function convert([x]: readonly Tensor[], _: unknown, [y]: readonly Tensor[]): void {
  if (isInt64(x.data) && isInt64(y.data)) y.data.set(x.data);
  else if (y.dtype === 'bool')
    for (let i = 0; i < y.data.length; i++) y.data[i] = Number(x.data[i]) === 0 ? 0 : 1;
  else if (isInt64(x.data) || isInt64(y.data)) writeNumbers(y.data, floatsOf(x.data));
  else y.data.set(x.data);
}

/** d(cast x) = cast dx; floats lose what is behind the point when they become integers */
export const Cast = defineOp({
  type: 'Cast',
  attributes: { to: attr.int(1), saturate: attr.int() },
  infer: ([x], { to }) => [{ dtype: dtypeOfCode('cast', to), shape: x.shape }],
  kernel: convert,
  vjp: ({ inputs: [x], cotangents: [dy] }) => [isFloat(x.dtype) ? () => cast(dy, x.dtype) : null],
});

/** The cast to the type of another tensor. */
export const CastLike = defineOp({
  type: 'CastLike',
  attributes: { saturate: attr.int() },
  infer: ([x, like]) => [{ dtype: like.dtype, shape: x.shape }],
  kernel: convert,
  vjp: ({ inputs: [x], cotangents: [dy] }) => [isFloat(x.dtype) ? () => cast(dy, x.dtype) : null, null],
});

/** d(identity x) = dx */
export const Identity = defineOp({
  type: 'Identity',
  infer: inferUnary,
  kernel: ([x], _, [y]) => (y.data as NumberArray).set(x.data as NumberArray),
  vjp: ({ cotangents: [dy] }) => [() => dy],
});

/** Elements of `a` where the condition holds, else of `b`; all three broadcast, and a or b may be a number. */
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  Where.call([condition, ...operands(a, b)])[0];

/** The tensor with another element type; itself where it has that type already. */
export const cast = (x: Tensor, dtype: DType): Tensor =>
  x.dtype === dtype ? x : Cast.call([x], { to: dataTypeCode(dtype) })[0];

/** A copy. */
export const identity = (x: Tensor): Tensor => Identity.call([x])[0];

/** The condition as floats of the type of `like`: 1 where it holds, else 0. */
export const indicator = (condition: Tensor, like: Tensor): Tensor => cast(condition, like.dtype);

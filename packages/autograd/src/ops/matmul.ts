import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { multiplyInto } from '../kernels/gemm.ts';
import { nested } from '../kernels/tables.ts';
import { defineOp, type InferInput } from '../op.ts';
import { requireFloat, type Tensor } from '../tensor.ts';
import { broadcastShapes, formatType, type Shape, sizeOf, type TensorType } from '../types.ts';
import { mul, unbroadcast } from './arithmetic.ts';
import { forEachRow } from './elementwise.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** Shapes with the vectors made matrices: a row on the left, a column on the right. */
const asMatrices = (a: Shape, b: Shape): [Shape, Shape] => [
  a.length === 1 ? [1, a[0]] : a,
  b.length === 1 ? [b[0], 1] : b,
];

function inferMatMul([a, b]: readonly InferInput[]): [TensorType] {
  requireFloat('matMul', a);
  if (a.dtype !== b.dtype || a.shape.length === 0 || b.shape.length === 0)
    throw new InputError('matMul', 'two matrices of one type', `${formatType(a)} and ${formatType(b)}`);
  const [left, right] = asMatrices(a.shape, b.shape);
  if (left[left.length - 1] !== right[right.length - 2])
    throw new InputError(
      'matMul',
      `as many columns on the left as rows on the right`,
      `[${a.shape.join(', ')}] and [${b.shape.join(', ')}]`,
      'transpose one of them',
    );
  const batch = broadcastShapes('matMul', left.slice(0, -2), right.slice(0, -2));
  const rows = a.shape.length === 1 ? [] : [left[left.length - 2]];
  const columns = b.shape.length === 1 ? [] : [right[right.length - 1]];
  return [{ dtype: a.dtype, shape: [...batch, ...rows, ...columns] }];
}

const swapLast = (x: Tensor): Tensor => {
  const order = x.shape.map((_, i) => i);
  return transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
};

/** The inputs and the cotangent of the result with vectors made matrices. */
function matrices(a: Tensor, b: Tensor, dy: Tensor): [Tensor, Tensor, Tensor] {
  const [left, right] = asMatrices(a.shape, b.shape) as [number[], number[]];
  if (a.rank > 1 && b.rank > 1) return [a, b, dy];
  const batch = (a.rank === 1 ? b : a).shape.slice(0, -2);
  const shape = [
    ...(a.rank === 1 || b.rank === 1 ? batch : []),
    left[left.length - 2],
    right[right.length - 1],
  ];
  return [reshape(a, left), reshape(b, right), reshape(dy, shape as number[])];
}

/** d(ab) = da b + a db, so a's cotangent is dy bᵀ and b's is aᵀ dy, summed over the batch axes that were stretched */
export const MatMul = defineOp({
  type: 'MatMul',
  infer: inferMatMul,
  kernel: ([a, b], _, [y]) => {
    const [left, right] = asMatrices(a.sizes, b.sizes) as [number[], number[]];
    const [rows, depth] = left.slice(-2);
    const columns = right[right.length - 1];
    const batches = broadcastShapes('matMul', left.slice(0, -2), right.slice(0, -2)) as number[];
    const leftOuter = nested([rows, depth]);
    const leftInner = nested([depth, 1]);
    const rightOuter = nested([columns, 1]);
    const rightInner = nested([depth, columns]);
    const resultRows = nested([rows, columns]);
    forEachRow(
      batches,
      [left.slice(0, -2), right.slice(0, -2)],
      ([a0, b0], start, length, [aStep, bStep]) => {
        for (let i = 0; i < length; i++)
          multiplyInto(
            { data: y.data, base: (start + i) * rows * columns, rows: resultRows, columns: rightOuter },
            { data: a.data, base: (a0 + i * aStep) * rows * depth, outer: leftOuter, inner: leftInner },
            { data: b.data, base: (b0 + i * bStep) * depth * columns, outer: rightOuter, inner: rightInner },
            rows,
            columns,
            depth,
          );
      },
    );
  },
  vjp: ({ inputs, cotangents }) => {
    const [a, b] = inputs;
    const call = () => matrices(a, b, cotangents[0]);
    const fit = (dx: Tensor, shape: Shape, matrix: Tensor) =>
      reshape(unbroadcast(dx, matrix.shape), shape as number[]);
    return [
      () => {
        const [ma, mb, dy] = call();
        return fit(matMul(dy, swapLast(mb)), a.shape, ma);
      },
      () => {
        const [ma, mb, dy] = call();
        return fit(matMul(swapLast(ma), dy), b.shape, mb);
      },
    ];
  },
  flops: ([a], _, [y]) => 2 * sizeOf(y.shape as number[]) * (a.shape[a.shape.length - 1] as number),
});

/**
 * Matrix product over the last two axes; axes before them broadcast. A vector counts as a row on the left, as a
 * column on the right.
 * @throws InputError when columns and rows, or the axes before them, do not fit
 */
export const matMul = (a: Tensor, b: Tensor): Tensor => MatMul.call([a, b])[0];

const gemmRules = { alpha: attr.float(1), beta: attr.float(1), transA: attr.int(0), transB: attr.int(0) };
type GemmAttributes = AttributesOf<typeof gemmRules>;

function inferGemm([a, b, c]: readonly InferInput[], { transA, transB }: GemmAttributes): [TensorType] {
  requireFloat('gemm', a);
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== b.dtype)
    throw new InputError(
      'gemm',
      'two matrices of one type',
      `${formatType(a)} and ${formatType(b)}`,
      'flatten the input to [N, features]',
    );
  const [rows, depth] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [depthB, columns] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (depth !== depthB)
    throw new InputError(
      'gemm',
      `${depth} rows of ${transB ? 'bᵀ' : 'b'}`,
      `${depthB} (${formatType(a)} and ${formatType(b)})`,
    );
  const shape = [rows, columns];
  const fits = !c || broadcastShapes('gemm', shape, c.shape).every((dim, i) => dim === shape[i]);
  if (c && (!fits || c.dtype !== a.dtype || c.shape.length > 2))
    throw new InputError('gemm', `c that broadcasts to ${a.dtype}[${rows}, ${columns}]`, formatType(c));
  return [{ dtype: a.dtype, shape }];
}

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));

/**
 * y = α a'b' + β c, where a' and b' are a and b or their transposes:
 * da' = α dy b'ᵀ, db' = α a'ᵀ dy, dc = β dy summed over what was stretched.
 */
export const Gemm = defineOp({
  type: 'Gemm',
  attributes: gemmRules,
  infer: inferGemm,
  kernel: ([a, b, c], { alpha, beta, transA, transB }, [y]) => {
    const [rows, columns] = y.sizes;
    if (c && beta !== 0)
      forEachRow(y.sizes, [c.sizes], ([from], start, length, [step]) => {
        const cs = c.data as Float32Array;
        const ys = y.data as Float32Array;
        for (let i = 0; i < length; i++) ys[start + i] = beta * cs[from + i * step];
      });
    const [aColumns, bColumns] = [a.sizes[1], b.sizes[1]];
    const depth = transA ? a.sizes[0] : aColumns;
    multiplyInto(
      { data: y.data, base: 0, rows: nested([rows, columns]), columns: nested([columns, 1]) },
      {
        data: a.data,
        base: 0,
        outer: nested([rows, transA ? 1 : aColumns]),
        inner: nested([depth, transA ? aColumns : 1]),
      },
      {
        data: b.data,
        base: 0,
        outer: nested([columns, transB ? bColumns : 1]),
        inner: nested([depth, transB ? 1 : bColumns]),
      },
      rows,
      columns,
      depth,
      alpha,
    );
  },
  vjp: ({ inputs: [a, b, c], attributes: { alpha, beta, transA, transB }, cotangents: [dy] }) => [
    () =>
      transA
        ? gemm(b, dy, undefined, { alpha, transA: transB === 1, transB: true })
        : gemm(dy, b, undefined, { alpha, transB: transB === 0 }),
    () =>
      transB
        ? gemm(dy, a, undefined, { alpha, transA: true, transB: transA === 1 })
        : gemm(a, dy, undefined, { alpha, transA: transA === 0 }),
    () => scaled(unbroadcast(dy, c.shape), beta),
  ],
  flops: ([a], { transA }, [y]) => 2 * sizeOf(y.shape as number[]) * (a.shape[transA ? 0 : 1] as number),
});

export interface GemmOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/**
 * α a b + β c of matrices, a and b transposed where asked; c broadcasts to the result.
 * @throws InputError when the sizes do not fit
 */
export const gemm = (a: Tensor, b: Tensor, c?: Tensor, options: GemmOptions = {}): Tensor =>
  Gemm.call([a, b, c], {
    alpha: options.alpha ?? 1,
    beta: options.beta ?? 1,
    transA: options.transA ? 1 : 0,
    transB: options.transB ? 1 : 0,
  })[0];

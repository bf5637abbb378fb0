import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gradients } from './backward.ts';
import {
  add,
  concat,
  expand,
  Generator,
  mul,
  pad,
  reshape,
  slice,
  split,
  sum,
  type Tensor,
  tensorOf,
  transpose,
} from './index.ts';
import { Tape, withTape } from './tape.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const numbered = (shape: readonly number[]): Tensor =>
  tensorOf(
    'float64',
    shape,
    Float64Array.from({ length: count(shape) }, (_, i) => i + 1),
  );

/** The element at `index`, axes that are missing or of size 1 standing still. */
function at(x: Tensor, index: readonly number[]): number {
  const own = index.slice(index.length - x.rank);
  return x.toArray()[
    own.reduce((place, i, axis) => place * x.sizes[axis] + (x.sizes[axis] === 1 ? 0 : i), 0)
  ];
}

function* indicesOf(shape: readonly number[]): Indices {
  for (let i = 0; i < count(shape); i++) {
    let rest = i;
    yield shape.map((_, axis) => {
      const inner = count(shape.slice(axis + 1));
      const index = Math.floor(rest / inner);
      rest %= inner;
      return index;
    });
  }
}
type Indices = globalThis.Generator<number[]>;

/** ⟨f(x), y⟩ = ⟨x, fᵀ(y)⟩: the gradient of a linear function is its transpose. */
function isTransposed(x: Tensor, fn: (x: Tensor) => Tensor): boolean {
  const tape = new Tape();
  tape.watch(x);
  const y = withTape(tape, () => fn(x));
  const seed = new Generator(1).integers(y.size, -5, 5);
  const [back] = gradients(tape, y, [x], tensorOf('float64', y.sizes, Float64Array.from(seed)));
  const dot = (a: number[], b: ArrayLike<number>) => a.reduce((total, value, i) => total + value * b[i], 0);
  return dot(y.toArray(), seed) === dot(x.toArray(), back.toArray());
}

test('broadcasting pairs the elements that ONNX pairs', () => {
  const pair = shapes.chain((result) => {
    const operand = fc
      .tuple(fc.nat(result.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
      .map(([from, ones]) => result.slice(from).map((size, i) => (ones[i] ? 1 : size)));
    return fc.tuple(operand, operand);
  });
  fc.assert(
    fc.property(pair, ([left, right]) => {
      const [a, b] = [numbered(left), numbered(right)];
      const y = add(mul(a, 1000), b);
      let i = 0;
      for (const index of indicesOf(y.sizes))
        if (y.toArray()[i++] !== at(a, index) * 1000 + at(b, index)) return false;
      return isTransposed(a, (x) => mul(x, b));
    }),
    { numRuns: 150 },
  );
});

test('expanding and summing are each other transposed', () => {
  fc.assert(
    fc.property(shapes, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (shape, ones) => {
      const x = numbered(shape.map((size, i) => (ones[i] ? 1 : size)));
      return (
        isTransposed(x, (z) => expand(z, shape)) &&
        isTransposed(numbered(shape), (z) => sum(z, { axes: shape.flatMap((_, i) => (ones[i] ? [i] : [])) }))
      );
    }),
    { numRuns: 60 },
  );
});

test('reshape with an open size keeps the elements in order', () => {
  fc.assert(
    fc.property(shapes, fc.nat(4), (shape, place) => {
      const x = numbered(shape);
      const open = Math.min(place, shape.length - 1);
      const y = reshape(
        x,
        shape.map((size, i) => (i === open ? -1 : size)),
      );
      expect(y.shape).toEqual(x.shape);
      expect(reshape(x, [-1]).toArray()).toEqual(x.toArray());
    }),
  );
});

test('slices agree with those of arrays, also backwards, and are linear', () => {
  const cut = fc.tuple(
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: -9, max: 9 }),
    fc.constantFrom(-3, -2, -1, 1, 2, 3),
  );
  fc.assert(
    fc.property(cut, ([size, start, end, step]) => {
      const x = numbered([2, size]);
      const taken: number[] = [];
      const from = start < 0 ? start + size : start;
      const to = end < 0 ? end + size : end;
      // Element by element, from the definition: places outside of the axis give nothing.
      if (step > 0) for (let i = Math.max(from, 0); i < Math.min(to, size); i += step) taken.push(i);
      else for (let i = Math.min(Math.max(from, 0), size - 1); i > Math.max(to, -1); i += step) taken.push(i);
      const y = slice(x, [start], [end], [1], [step]);
      expect(y.toArray()).toEqual([...taken.map((i) => i + 1), ...taken.map((i) => size + i + 1)]);
      expect(isTransposed(x, (z) => slice(z, [start], [end], [1], [step]))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('transposing there and back, splitting and joining, padding and cutting change nothing', () => {
  fc.assert(
    fc.property(
      shapes.filter((shape) => shape.length > 0),
      fc.nat(100),
      (shape, seed) => {
        const x = numbered(shape);
        const generator = new Generator(seed);
        const perm = [...generator.permutation(shape.length)];
        const back = perm.map((_, i) => perm.indexOf(i));
        expect(transpose(transpose(x, perm), back)).toEqual(x);
        const axis = perm[0];
        expect(concat(split(x, new Array(shape[axis]).fill(1), axis), axis)).toEqual(x);
        const pads = [...generator.integers(2 * shape.length, 0, 3)];
        expect(
          pad(
            pad(x, pads),
            pads.map((n) => -n),
          ).toArray(),
        ).toEqual(x.toArray());
      },
    ),
    { numRuns: 60 },
  );
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meanInto } from './mean.ts';

const parts = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9 }))
  .chain(([count, size]) =>
    fc.array(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: size, maxLength: size }), {
      minLength: count,
      maxLength: count,
    }),
  );

it('whole numbers are those of the first part, 64 bits wide ones too', () => {
  const counts = [BigInt64Array.of(3n), BigInt64Array.of(3n), BigInt64Array.of(3n)];
  const target = BigInt64Array.of(0n);
  meanInto(target, counts, [0.25, 0.5, 0.25]);
  expect(target).toEqual(counts[0]);
  const bytes = new Uint8Array(1);
  meanInto(bytes, [Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(1)], [0.3, 0.3, 0.3]);
  expect(bytes).toEqual(Uint8Array.of(1));
});

it('the mean of parts counts each by its share, also where it is written over one of them', () => {
  fc.assert(
    fc.property(parts, (rows) => {
      const shares = rows.map((_, i) => (i + 1) / 8);
      const expected = rows[0].map((_, at) => rows.reduce((sum, row, i) => sum + row[at] * shares[i], 0));
      const arrays = rows.map((row) => Float32Array.from(row));
      meanInto(arrays[0], arrays, shares);
      expect([...arrays[0]]).toEqual(expected.map(Math.fround));
    }),
  );
});

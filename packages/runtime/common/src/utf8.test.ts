import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from './utf8.ts';

const strict = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

const ours = (bytes: Uint8Array): string | undefined => {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(URIError);
    return undefined;
  }
};

test('gives the text that was encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = new TextEncoder().encode(text);
      expect(ours(bytes)).toBe(strict(bytes));
    }),
  );
});

test('refuses what a strict TextDecoder refuses', () => {
  // Bytes of which many begin or go on with a sequence.
  const byte = fc.oneof(
    fc.integer({ min: 0x7e, max: 0xc2 }),
    fc.integer({ min: 0xdf, max: 0xf5 }),
    fc.nat(255),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), fc.array(byte, { maxLength: 6 }), (any, likely) => {
      for (const bytes of [any, Uint8Array.from(likely)]) expect(ours(bytes)).toBe(strict(bytes));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['overlong', [0xc0, 0x80]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ['cut off', [0xe2, 0x82]],
  ['a byte that goes on', [0x80]],
])('refuses %s', (_, bytes) => {
  expect(ours(Uint8Array.from(bytes))).toBeUndefined();
});

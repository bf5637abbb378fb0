import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from './errors.ts';
import { canonicalJson, checkText, digestOfJson, type Json } from './json.ts';

const unstorable = /\0|\p{Surrogate}/u;

test('the canonical text is JSON of the same value, whatever the order of keys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      if (/\\u(0000|d[89a-f])/.test(JSON.stringify(value))) return;
      const text = canonicalJson('test', value as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      const reversed = JSON.parse(text, (_, item) =>
        item && typeof item === 'object' && !Array.isArray(item)
          ? Object.fromEntries(Object.entries(item).reverse())
          : item,
      );
      expect(canonicalJson('test', reversed)).toBe(text);
      expect(digestOfJson('test', reversed)).toBe(digestOfJson('test', value as Json));
    }),
  );
});

test('different values have different digests', () => {
  const values: Json[] = [
    {},
    [],
    null,
    '',
    0,
    false,
    { a: 1 },
    { a: '1' },
    { a: [1] },
    [[1]],
    { b: 1 },
    'null',
  ];
  expect(new Set(values.map((value) => digestOfJson('test', value))).size).toBe(values.length);
  expect(canonicalJson('test', { b: undefined as unknown as Json, a: 1 })).toBe('{"a":1}');
});

test('what the database can not keep is refused', () => {
  let deep: Json = 1;
  for (let i = 0; i < 70; i++) deep = [deep];
  const wrong: unknown[] = [
    Number.NaN,
    Infinity,
    1n,
    undefined,
    () => 1,
    new Date(),
    new Map(),
    '\0',
    '\ud800',
    { '\udc00': 1 },
    deep,
    'x'.repeat(1 << 20),
  ];
  for (const value of wrong) expect(() => canonicalJson('test', value as Json)).toThrow(InputError);
});

test('text has something to read in it, and nothing that can not be kept', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const good = text.trim() !== '' && !unstorable.test(text);
      if (good) expect(checkText('test', text)).toBe(text);
      else expect(() => checkText('test', text)).toThrow(InputError);
    }),
  );
  expect(() => checkText('test', 'long', 3)).toThrow('1 to 3 characters of text, got 4');
});

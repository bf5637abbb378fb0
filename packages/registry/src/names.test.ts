import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from './errors.ts';
import {
  checkDigest,
  checkFileName,
  checkId,
  checkKey,
  checkMetricName,
  checkName,
  checkWhole,
} from './names.ts';

/** Names that someone may try, near the allowed ones: letters, and what leads elsewhere. */
const tried = fc
  .array(
    fc.constantFrom(
      'a',
      'B',
      '7',
      '-',
      '_',
      '.',
      '..',
      '/',
      '\\',
      '%2e',
      '%2F',
      '\0',
      ' ',
      ':',
      'con',
      'é',
      '\n',
      '~',
      '*',
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));

const accepts = (check: (where: string, name: string) => string, name: string): boolean => {
  try {
    expect(check('test', name)).toBe(name);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return false;
  }
};

test('a file name that is accepted stays in its folder, on every platform', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(tried, fc.string()), (name) => {
      if (!accepts(checkFileName, name)) return;
      accepted += 1;
      for (const path of [posix, win32]) {
        expect(path.isAbsolute(name)).toBe(false);
        expect(path.join('/folder', name).replaceAll('\\', '/')).toBe(`/folder/${name}`);
      }
      expect(decodeURIComponent(name)).toBe(name);
      expect(name).toMatch(/^[\x21-\x7e]+$/);
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(50);
});

test('a name that is accepted is a file name too, and the same in lower case', () => {
  const plain = fc.stringMatching(/^[a-z0-9-]{1,70}$/);
  fc.assert(
    fc.property(fc.oneof(tried, plain), (name) => {
      if (!accepts(checkName, name)) return;
      expect(accepts(checkFileName, name)).toBe(true);
      expect(name.toLowerCase()).toBe(name);
      expect(name.length).toBeLessThanOrEqual(64);
    }),
    { numRuns: 1000 },
  );
});

test.each(['digits', '0', 'a-', 'console', 'com', 'com10', 'nulls', 'a'.repeat(64)])(
  '%s is a name',
  (name) => {
    expect(accepts(checkName, name)).toBe(true);
  },
);

test.each(['', '-a', 'a.b', 'a/b', 'A', 'a_b', 'con', 'nul', 'com1', 'lpt0', 'a'.repeat(65), 'a\n', 'ä'])(
  '%j is no name',
  (name) => {
    expect(accepts(checkName, name)).toBe(false);
  },
);

test.each(['model.onnx', 'a/b/c.txt', 'x..y', 'A-1_b.C', 'a/b/c/d/e/f/g/h', 'nulls.txt'])(
  '%s is a file name',
  (name) => {
    expect(accepts(checkFileName, name)).toBe(true);
  },
);

test.each([
  '.',
  '..',
  'a/..',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a.',
  'a/nul',
  'AUX.txt',
  'c:a',
  'a\\b',
  'a/b/c/d/e/f/g/h/i',
  `a/${'b'.repeat(128)}`,
])('%s is no file name', (name) => {
  expect(accepts(checkFileName, name)).toBe(false);
});

test('digests, ids, keys and metrics have one form each', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
  fc.assert(
    fc.property(hex, fc.uuid(), tried, (digits, id, other) => {
      expect(accepts(checkDigest, `sha256:${digits}`)).toBe(true);
      for (const digest of [
        digits,
        `sha1:${digits}`,
        `sha256:${digits}0`,
        ` sha256:${digits}`,
        `sha256:${digits}\n`,
        other,
      ])
        expect(accepts(checkDigest, digest)).toBe(false);
      expect(accepts(checkId, id)).toBe(true);
      expect(accepts(checkId, `${id}0`)).toBe(false);
      if (accepts(checkKey, other)) expect(other).toMatch(/^[\x21-\x7e]+$/);
      if (accepts(checkMetricName, other)) expect(other).toMatch(/^[A-Za-z][\x21-\x7e]*$/);
    }),
  );
  expect(accepts(checkKey, 'digits@2026-11-25T03:00:00+01:00')).toBe(true);
  expect(accepts(checkMetricName, 'validation/accuracy')).toBe(true);
  for (const wrong of [undefined, null, 7, {}, ['a']])
    for (const check of [checkName, checkFileName, checkDigest, checkId, checkKey, checkMetricName])
      expect(() => check('test', wrong as string)).toThrow(InputError);
});

test('whole numbers', () => {
  expect(checkWhole('test', 0)).toBe(0);
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1' as unknown as number])
    expect(() => checkWhole('test', wrong)).toThrow(InputError);
});

import { expect, test } from 'vitest';
import { describeError } from './describe-error.ts';
import { CommandError } from './errors.ts';

test('a full disk comes with what to do about it', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(describeError(error)).toBe(
    'writing: expected room for the result, got a full disk (ENOSPC); free some space and run the same command again',
  );
});

test('a system error names its file', () => {
  const error = Object.assign(new Error("EACCES: permission denied, open '/a'"), {
    code: 'EACCES',
    path: '/a',
  });
  expect(describeError(error)).toMatch(/^\/a: expected permission, got none \(EACCES\); /);
});

test('names with line breaks and terminal commands stay on one line', () => {
  const error = new CommandError('class "a\nb\u001b[31m"', 'x\u0007', 'y');
  expect(describeError(error)).toBe('class "a\\nb\\u001b[31m": expected x\\u0007, got y');
});

test('any other error is one line too, and says how to see more', () => {
  expect(
    describeError(new Error('Transform failed with 1 error:\n/a/b.ts:1:29: ERROR: Unexpected ","\n\n')),
  ).toBe('Transform failed with 1 error: /a/b.ts:1:29: ERROR: Unexpected ","; --verbose shows where');
  expect(describeError(undefined)).toBe('undefined; --verbose shows where');
});

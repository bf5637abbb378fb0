import { expect, test } from 'vitest';
import { milliseconds, percent, size, small } from './format.ts';

test.each([
  [0, '0'],
  [2.38e-6, '2.4e-6'],
  [0.00099, '9.9e-4'],
  [0.0831, '0.083'],
  [2.31, '2.3'],
  [null, 'not a number'],
])('a difference of %s reads %s', (value, text) => expect(small(value)).toBe(text));

test('what is not all of it never reads 100 %', () => {
  expect(percent(1)).toBe('100 %');
  expect(percent(0.99999)).toBe('99.9 %');
  expect(percent(358 / 359)).toBe('99.7 %');
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [33_715, '33.7 kB'],
  [106_130, '106 kB'],
  [999_999, '1.00 MB'],
  [14_239_897, '14.2 MB'],
])('%i bytes read %s', (bytes, text) => expect(size(bytes)).toBe(text));

test('milliseconds have two or three digits', () => {
  expect(milliseconds(0.0854)).toBe('0.085 ms');
  expect(milliseconds(12.345)).toBe('12.3 ms');
});

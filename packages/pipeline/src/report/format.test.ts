import { describe, expect, it } from 'vitest';
import * as format from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('format', () => {
  it.each([
    [format.percent(0.98765), '98.77 %'],
    [format.percent(1, 0), '100 %'],
    [format.points(-0.0028), '−0.28'],
    [format.points(0.012), '+1.20'],
    [format.points(-0.00001), '±0'],
    [format.bytes(999), '999 B'],
    [format.bytes(17_930), '17.9 kB'],
    [format.bytes(999_400), '999 kB'],
    [format.bytes(999_600), '1.00 MB'],
    [format.bytes(3_200_000_000), '3.20 GB'],
    [format.large(9_999), '9,999'],
    [format.large(1_482_000), '1.48 M'],
    [format.milliseconds(0.0581), '0.058 ms'],
    [format.milliseconds(1234.4), '1,234 ms'],
    [format.duration(4.26), '4.3 s'],
    [format.duration(83.4), '1 min 23 s'],
    [format.duration(119.8), '2 min 0 s'],
    [format.duration(7_260), '2 h 1 min'],
    [format.small(0), '0'],
    [format.small(3.814e-6), '3.8e-6'],
    [format.small(0.0041), '0.0041'],
    [format.small(2.3149), '2.31'],
    [format.times(5.64), '5.6×'],
    [format.times(12.4), '12×'],
  ])('%s', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import type { DataType } from './data-type.ts';
import { fromNumbers, toNumbers } from './numbers.ts';
import { TensorData } from './tensor-data.ts';

const raw = (dtype: DataType, size: number, bytes: number[]) => [
  ...toNumbers(new TensorData(dtype, [size], Uint8Array.from(bytes))),
];

describe('toNumbers', () => {
  it.each(['float32', 'float64', 'float16', 'int8', 'int16', 'int32', 'int64'] as const)('%s', (dtype) => {
    expect([...toNumbers(fromNumbers(dtype, [2, 2], [-3, 0, 1, 100]))]).toEqual([-3, 0, 1, 100]);
  });

  it.each(['uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const)('%s', (dtype) => {
    expect([...toNumbers(fromNumbers(dtype, [2], [0, 1]))]).toEqual([0, 1]);
  });

  it('reads 16-bit floats', () => {
    expect(raw('float16', 3, [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b])).toEqual([1, -2, 65504]);
    expect(raw('bfloat16', 3, [0x80, 0x3f, 0x20, 0xc1, 0x80, 0x7f])).toEqual([1, -10, Infinity]);
  });

  it('unpacks 4 and 2 bits from the low end', () => {
    expect(raw('uint4', 3, [0x21, 0x0f])).toEqual([1, 2, 15]);
    expect(raw('int4', 3, [0x8f, 0x07])).toEqual([-1, -8, 7]);
    expect(raw('uint2', 4, [0b11_10_01_00])).toEqual([0, 1, 2, 3]);
    expect(raw('int2', 4, [0b11_10_01_00])).toEqual([0, 1, -2, -1]);
    expect(raw('float4e2m1', 8, [0x10, 0x32, 0x54, 0x76])).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6]);
  });

  it('reads 8-bit floats: largest, smallest, special', () => {
    expect(raw('float8e4m3fn', 4, [0x7e, 0x01, 0x7f, 0xb8])).toEqual([448, 2 ** -9, NaN, -1]);
    expect(raw('float8e4m3fnuz', 3, [0x7f, 0x01, 0x80])).toEqual([240, 2 ** -10, NaN]);
    expect(raw('float8e5m2', 4, [0x7b, 0x01, 0x7c, 0x7d])).toEqual([57344, 2 ** -16, Infinity, NaN]);
    expect(raw('float8e5m2fnuz', 3, [0x7f, 0x01, 0x80])).toEqual([57344, 2 ** -17, NaN]);
    expect(raw('float8e8m0', 3, [127, 130, 255])).toEqual([1, 8, NaN]);
  });

  it('refuses what is no number', () => {
    expect(() => toNumbers(TensorData.ofStrings([1], [new Uint8Array()]))).toThrow(
      /elements are numbers, got string/,
    );
  });
});

it('a tensor has as many elements as its dimensions say', () => {
  expect(() => fromNumbers('float32', [3], [1, 2])).toThrow('expected 12 bytes for float32[3], got 8');
  expect(() => TensorData.ofStrings([2], [])).toThrow('expected 2 strings for [2], got 0');
});

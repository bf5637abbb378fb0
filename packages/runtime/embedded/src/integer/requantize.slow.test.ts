import { commandMissing, compileC, sanitizers, strictFlags } from '@trainyard/testing/embedded';
import { describe, expect, test } from 'vitest';
import type { CFunction } from '../kernels/kernel.ts';
import {
  multiplyFixedFunction,
  requantizeFloatFunction,
  requantizeIntegerFunction,
  roundFunction,
  roundWithZeroFunction,
} from '../kernels/requantize-int8.ts';
import { requantizeFloat, requantizeInteger, roundWithZero, toFixedPoint } from './requantize.ts';

const missing = commandMissing('gcc');
const count = 100_000;

/** A program around some functions: five arrays of 32 bits in, results of 8 bits out. */
function program(functions: readonly CFunction[], call: string) {
  const ports = [
    { cType: 'int32_t', size: 4 * count, byteLength: 16 * count },
    { cType: 'float', size: count, byteLength: 4 * count },
  ];
  return {
    name: 'numbers',
    header: '#include <stdint.h>\nvoid numbers_run(const int32_t *x, const float *scale, int8_t *y);\n',
    source: `#include "numbers.h"\n${functions.map(({ source }) => source).join('\n')}
void numbers_run(const int32_t *x, const float *scale, int8_t *y) {
  for (int32_t i = 0; i < ${count}; i++, x += 4, scale++) y[i] = ${call};
}`,
    interface: { inputs: ports, outputs: [{ cType: 'int8_t', size: count, byteLength: count }] },
  };
}

let state = 7;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

/** Sums of all sizes, with scales that bring them near the range of 8 bits, halves among them. */
const cases = Array.from({ length: count }, (_, i) => {
  const sum = Math.trunc((random() - 0.5) * 2 ** (1 + random() * 30));
  const halves = i % 3 === 0;
  const scale = halves
    ? 2 ** -Math.ceil(random() * 12)
    : Math.fround((random() * 300) / (Math.abs(sum) + 1) + 1e-9);
  const bounds = [Math.floor(random() * 256) - 128, Math.floor(random() * 256) - 128].sort((a, b) => a - b);
  const [lowest, highest] = i % 2 ? [-128, 127] : (bounds as [number, number]);
  return { sum, scale, output: { zero: Math.floor(random() * 256) - 128, lowest, highest } };
});

async function runC(functions: readonly CFunction[], call: string, rows: Int32Array): Promise<Int8Array> {
  await using compiled = await compileC(program(functions, call), {
    compiler: 'gcc',
    flags: [...strictFlags, '-O2', ...sanitizers],
  });
  const scales = Float32Array.from(cases, ({ scale }) => scale);
  const bytes = new Uint8Array(rows.byteLength + scales.byteLength);
  bytes.set(new Uint8Array(rows.buffer));
  bytes.set(new Uint8Array(scales.buffer), rows.byteLength);
  return new Int8Array((await compiled.run(bytes)).slice().buffer);
}

const rowsOf = (first: (c: (typeof cases)[number]) => number) =>
  Int32Array.from(cases.flatMap((c) => [first(c), c.output.zero, c.output.lowest, c.output.highest]));

describe.skipIf(missing)(`C rounds as TypeScript does${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test('with floats', async () => {
    const results = await runC(
      [roundFunction, requantizeFloatFunction],
      'requantize_float(x[0], *scale, x[1], x[2], x[3])',
      rowsOf(({ sum }) => sum),
    );
    expect(results).toEqual(
      Int8Array.from(cases, ({ sum, scale, output }) => requantizeFloat(sum, scale, output)),
    );
  });

  test('with the zero point first', async () => {
    const results = await runC(
      [roundFunction, roundWithZeroFunction],
      'round_with_zero((float)x[0] * *scale, x[1], x[2], x[3], 128)',
      rowsOf(({ sum }) => sum),
    );
    const expected = cases.map(({ sum, scale, output }) =>
      roundWithZero(Math.fround(Math.fround(sum) * scale), output, 128),
    );
    expect(results).toEqual(Int8Array.from(expected));
  });

  test('with integers', async () => {
    const fixed = cases.map(({ scale }) => toFixedPoint(scale));
    const rows = Int32Array.from(
      cases.flatMap(({ sum, output }, i) => [sum, fixed[i]!.multiplier, fixed[i]!.shift, output.zero]),
    );
    const results = await runC(
      [multiplyFixedFunction, requantizeIntegerFunction],
      '*scale > 0.0f ? requantize_integer(x[0], x[1], x[2], x[3], -128, 127) : INT8_MIN',
      rows,
    );
    const expected = cases.map(({ sum, output }, i) =>
      requantizeInteger(sum, fixed[i]!, { zero: output.zero, lowest: -128, highest: 127 }),
    );
    expect(results).toEqual(Int8Array.from(expected));
  });
});

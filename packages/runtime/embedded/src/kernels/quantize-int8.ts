import { clampTo, roundHalfEven } from '../integer/requantize.ts';
import { defineIntegerKernel } from './definition-int8.ts';
import { roundFunction } from './requantize-int8.ts';

/** Floats come in ONNX's order, [outer, channels, inner]; integers lie with the channels innermost. */
const layout = ['outer', 'channels', 'inner'] as const;

type Layout = Readonly<Record<(typeof layout)[number], number>>;

/** Calls `visit` with the place of each element in ONNX's order, and in memory with channels innermost. */
function forEachPlace(
  { outer, channels, inner }: Layout,
  visit: (plain: number, interleaved: number) => void,
): void {
  let plain = 0;
  for (let o = 0; o < outer; o++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < inner; i++) visit(plain++, (o * inner + i) * channels + c);
}

/** float32 → int8: x ÷ scale, rounded half to even, plus the zero point, saturated. */
export const quantizeInt8 = defineIntegerKernel({
  operator: 'Quantize',
  integers: [...layout, 'zero', 'lowest', 'highest'],
  floats: ['scale'],
  run(p, [x], [y]) {
    forEachPlace(p, (plain, interleaved) => {
      const steps = clampTo(Math.fround(x![plain]! / p.scale), p.lowest - p.zero, p.highest - p.zero);
      y![interleaved] = roundHalfEven(steps) + p.zero;
    });
  },
  c: () => ({
    name: 'quantize_f32_s8',
    needs: [roundFunction],
    source: `static void quantize_f32_s8(const float *x, int8_t *y, const quantize_f32_s8_parameters *p) {
  int32_t o, c, i;
  for (o = 0; o < p->outer; o++, y += p->channels * p->inner)
    for (c = 0; c < p->channels; c++)
      for (i = 0; i < p->inner; i++)
        y[i * p->channels + c] = (int8_t)(round_within(*x++ / p->scale, p->lowest - p->zero, p->highest - p->zero) + p->zero);
}`,
  }),
});

/** int8 → float32: (x − zero) × scale. */
export const dequantizeInt8 = defineIntegerKernel({
  operator: 'Dequantize',
  integers: [...layout, 'zero'],
  floats: ['scale'],
  run(p, [x], [y]) {
    forEachPlace(p, (plain, interleaved) => {
      y![plain] = (x![interleaved]! - p.zero) * p.scale;
    });
  },
  c: () => ({
    name: 'dequantize_s8_f32',
    source: `static void dequantize_s8_f32(const int8_t *x, float *y, const dequantize_s8_f32_parameters *p) {
  int32_t o, c, i;
  for (o = 0; o < p->outer; o++, x += p->channels * p->inner)
    for (c = 0; c < p->channels; c++)
      for (i = 0; i < p->inner; i++) *y++ = (float)(x[i * p->channels + c] - p->zero) * p->scale;
}`,
  }),
});

/** The same bytes with channels innermost, or back: [outer, rows, columns] → [outer, columns, rows]. */
export const interleaveInt8 = defineIntegerKernel({
  operator: 'Interleave',
  integers: ['outer', 'rows', 'columns'],
  run({ outer, rows, columns }, [x], [y]) {
    forEachPlace({ outer, channels: rows, inner: columns }, (plain, interleaved) => {
      y![interleaved] = x![plain]!;
    });
  },
  c: () => ({
    name: 'interleave_s8',
    source: `static void interleave_s8(const int8_t *x, int8_t *y, const interleave_s8_parameters *p) {
  int32_t o, r, c;
  for (o = 0; o < p->outer; o++, y += p->rows * p->columns)
    for (r = 0; r < p->rows; r++)
      for (c = 0; c < p->columns; c++) y[c * p->rows + r] = *x++;
}`,
  }),
});

/** uint8 ↔ int8 of a model whose inputs or outputs are integers themselves: minus 128, or plus. */
export const shiftOrigin = defineIntegerKernel({
  operator: 'ShiftOrigin',
  integers: ['size'],
  run({ size }, [x], [y]) {
    for (let i = 0; i < size; i++) y![i] = x![i]! ^ 0x80;
  },
  c: () => ({
    name: 'shift_origin',
    source: `/* Between uint8 and int8: the highest bit is all that differs. */
static void shift_origin(const void *x, void *y, const shift_origin_parameters *p) {
  int32_t i;
  for (i = 0; i < p->size; i++) ((uint8_t *)y)[i] = (uint8_t)(((const uint8_t *)x)[i] ^ 0x80u);
}`,
  }),
  inPlace: () => [0],
});

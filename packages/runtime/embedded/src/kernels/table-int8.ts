import { defineIntegerKernel } from './definition-int8.ts';

/** Any function of one number: table int8 [256], from -128 on. */
export const tableInt8 = defineIntegerKernel({
  operator: 'Table',
  integers: ['size'],
  run({ size }, [x, table], [y]) {
    for (let i = 0; i < size; i++) y![i] = table![x![i]! + 128]!;
  },
  inPlace: () => [0],
  c: () => ({
    name: 'table_s8',
    source: `static void table_s8(const int8_t *x, const int8_t *table, int8_t *y, const table_s8_parameters *p) {
  int32_t i;
  for (i = 0; i < p->size; i++) y[i] = table[x[i] + 128];
}`,
  }),
});

/**
 * Pixels of 8 bits straight to integers, which replaces the preprocessing in float32: table int8 [256], or one for each
 * channel. The pixels are [outer, inner, channels], or [outer, channels, inner] where `planar`; results always lie with
 * the channels innermost.
 */
export const pixelsInt8 = defineIntegerKernel({
  operator: 'Pixels',
  integers: ['outer', 'inner', 'channels', 'planar', 'perChannel'],
  run(p, [x, table], [y]) {
    let at = 0;
    for (let o = 0; o < p.outer; o++)
      for (let i = 0; i < p.inner; i++)
        for (let c = 0; c < p.channels; c++) {
          const from = p.planar ? (o * p.channels + c) * p.inner + i : at;
          y![at++] = table![(p.perChannel ? c * 256 : 0) + x![from]!]!;
        }
  },
  c: () => ({
    name: 'pixels_u8_s8',
    source: `static void pixels_u8_s8(const uint8_t *x, const int8_t *table, int8_t *y, const pixels_u8_s8_parameters *p) {
  const int32_t pixel = p->planar ? 1 : p->channels, plane = p->planar ? p->inner : 1, next = p->per_channel ? 256 : 0;
  int32_t o, i, c;
  for (o = 0; o < p->outer; o++, x += p->inner * p->channels)
    for (i = 0; i < p->inner; i++)
      for (c = 0; c < p->channels; c++) *y++ = table[c * next + x[i * pixel + c * plane]];
}`,
  }),
});

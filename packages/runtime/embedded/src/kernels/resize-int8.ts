import { defineIntegerKernel } from './definition-int8.ts';

/** Nearest pixel: x [N, H, W, C], the input row of each output row, int32, and the column of each column. */
export const resizeInt8 = defineIntegerKernel({
  operator: 'Resize',
  integers: ['batch', 'height', 'width', 'channels', 'outHeight', 'outWidth'],
  run(p, [x, rows, columns], [y]) {
    let at = 0;
    for (let n = 0; n < p.batch; n++)
      for (let oy = 0; oy < p.outHeight; oy++)
        for (let ox = 0; ox < p.outWidth; ox++)
          for (let c = 0; c < p.channels; c++)
            y![at++] = x![((n * p.height + rows![oy]!) * p.width + columns![ox]!) * p.channels + c]!;
  },
  c: () => ({
    name: 'resize_s8',
    source: `static void resize_s8(const int8_t *x, const int32_t *rows, const int32_t *columns, int8_t *y, const resize_s8_parameters *p) {
  const size_t bytes = (size_t)p->channels;
  int32_t n, oy, ox;
  for (n = 0; n < p->batch; n++, x += p->height * p->width * p->channels)
    for (oy = 0; oy < p->out_height; oy++)
      for (ox = 0; ox < p->out_width; ox++, y += p->channels)
        memcpy(y, x + (rows[oy] * p->width + columns[ox]) * p->channels, bytes);
}`,
  }),
});

import { clampFunction } from './clamp.ts';
import { halfToFloat } from './half.ts';
import type { CFunction } from './kernel.ts';
import { windowMembers } from './window.ts';

export const convParameters: CFunction = {
  name: 'conv2d_f32_parameters',
  source: `typedef struct {
  int32_t groups, in_channels, out_channels; /* channels of one group */
${windowMembers}
  float lowest, highest; /* of the results */
} conv2d_f32_parameters;`,
};

/** What a block of results has in common: which elements of each channel it reads. */
const blockType: CFunction = {
  name: 'conv2d_f32_block',
  source: `typedef struct {
  int32_t start, first_tap, rows, columns; /* in x and w: where a channel's first element is; how many taps */
  int32_t row_step, column_step, next; /* distances of elements of x: of taps, and of neighbouring results */
} conv2d_f32_block;`,
};

const counts = (length: number): number[] => Array.from({ length }, (_, i) => i);

/**
 * Results of some channels at some neighbouring places, all held in registers: every weight is read once for all
 * places, and every element of x once for all channels.
 */
function block(
  name: string,
  channels: number,
  places: number,
  weight: string,
  read: (at: string) => string,
): CFunction {
  const sums = counts(channels).map((o) => counts(places).map((i) => `s${o}${i}`));
  const declared = sums.map(
    (row, o) => `  float ${row.map((sum) => `${sum} = ${o === 0 ? 'start[0]' : `start[${o}]`}`).join(', ')};`,
  );
  const values = counts(places).map(
    (i) => `v${i} = in[${i === 0 ? '' : i === 1 ? 'b->next + ' : `${i} * b->next + `}j * b->column_step]`,
  );
  const products = sums.map((row, o) => {
    const factor = read(`tap[${o === 0 ? '' : o === 1 ? 'filter + ' : `${o} * filter + `}j]`);
    return `          { const float f = ${factor}; ${row.map((sum, i) => `${sum} += f * v${i};`).join(' ')} }`;
  });
  const results = sums.map((row, o) =>
    row.map((sum, i) => `y[${o} * area + ${i}] = clamp_f32(${sum}, p->lowest, p->highest);`).join('\n  '),
  );
  return {
    name,
    source: `static void ${name}(const conv2d_f32_parameters *p, const conv2d_f32_block *b, const float *x, const ${weight} *w,
                     const float *start, float *y) {
  const int32_t taps = p->kernel_height * p->kernel_width, in_area = p->in_height * p->in_width;
  const int32_t ${channels > 1 ? 'filter = p->in_channels * taps, ' : ''}area = p->out_height * p->out_width;
${declared.join('\n')}
  for (int32_t c = 0; c < p->in_channels; c++) {
    const float *in = x + c * in_area + b->start;
    const ${weight} *tap = w + c * taps + b->first_tap;
    for (int32_t i = 0; i < b->rows; i++, in += b->row_step, tap += p->kernel_width)
      for (int32_t j = 0; j < b->columns; j++) {
          const float ${values.join(', ')};
${products.join('\n')}
      }
  }
  ${results.join('\n  ')}
}`,
  };
}

/** The convolution for weights of float32, or of float16, which are widened as they are read. */
export function convFunction(name: string, weight: 'float' | 'uint16_t'): CFunction {
  const read = (element: string) => (weight === 'float' ? element : `half_to_float(${element})`);
  const blocks = [4, 1].map((channels) =>
    [4, 1].map((places) => block(`${name}_${channels}x${places}`, channels, places, weight, read)),
  );
  return {
    name,
    needs: [
      convParameters,
      blockType,
      clampFunction,
      ...(weight === 'float' ? [] : [halfToFloat]),
      ...blocks.flat(),
    ],
    source: `/* Taps of a window at \`start\` that are inside of an axis: the first one and how many. */
static int32_t taps_inside(int32_t start, int32_t taps, int32_t dilation, int32_t size, int32_t *first) {
  const int32_t before = start < 0 ? (dilation - 1 - start) / dilation : 0;
  const int32_t until = start < size ? (size - start + dilation - 1) / dilation : 0;
  const int32_t end = until < taps ? until : taps;
  *first = before;
  return end > before ? end - before : 0;
}

/* Convolution, NCHW; w is [out channel, in channel, row, column]. Four channels at four places at a time. */
static void ${name}(const conv2d_f32_parameters *p, const float *x, const ${weight} *w, const ${weight} *bias, float *y) {
  const int32_t filter = p->in_channels * p->kernel_height * p->kernel_width, area = p->out_height * p->out_width;
  const int32_t group_area = p->in_channels * p->in_height * p->in_width;
  for (int32_t o = 0, channels; o < p->groups * p->out_channels; o += channels) {
    const float *group = x + o / p->out_channels * group_area;
    float start[4];
    channels = p->out_channels - o % p->out_channels >= 4 ? 4 : 1;
    for (int32_t i = 0; i < channels; i++) start[i] = bias ? ${read('bias[o + i]')} : 0.0f;
    for (int32_t row = 0; row < p->out_height; row++) {
      const int32_t top = row * p->stride_y - p->pad_top;
      float *out = y + o * area + row * p->out_width;
      int32_t ky, kx;
      conv2d_f32_block b;
      const int32_t rows = taps_inside(top, p->kernel_height, p->dilation_y, p->in_height, &ky);
      b.row_step = p->dilation_y * p->in_width;
      b.column_step = p->dilation_x;
      b.next = p->stride_x;
      for (int32_t column = 0, places; column < p->out_width; column += places) {
        const int32_t left = column * p->stride_x - p->pad_left;
        const int32_t right = left + 3 * p->stride_x + (p->kernel_width - 1) * p->dilation_x;
        places = left >= 0 && right < p->in_width && column + 4 <= p->out_width ? 4 : 1;
        b.columns = taps_inside(left, p->kernel_width, p->dilation_x, p->in_width, &kx);
        b.rows = rows;
        b.start = (top + ky * p->dilation_y) * p->in_width + left + kx * p->dilation_x;
        b.first_tap = ky * p->kernel_width + kx;
        /* A window that is all padding reads nothing. */
        if (rows == 0 || b.columns == 0) b.rows = b.columns = b.start = b.first_tap = 0;
        if (channels == 4 && places == 4)
          ${name}_4x4(p, &b, group, w + o * filter, start, out + column);
        else if (channels == 4)
          ${name}_4x1(p, &b, group, w + o * filter, start, out + column);
        else if (places == 4)
          ${name}_1x4(p, &b, group, w + o * filter, start, out + column);
        else
          ${name}_1x1(p, &b, group, w + o * filter, start, out + column);
      }
    }
  }
}`,
  };
}

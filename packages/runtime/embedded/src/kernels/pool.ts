import { intOf, intsOf } from '@trainyard/autograd/passes';
import { type CFunction, isRefusal, type Kernel } from './kernel.ts';
import { allFloat } from './types.ts';
import { type Window, type WindowAxis, windowFields, windowMembers, windowOf } from './window.ts';

const parameters: CFunction = {
  name: 'pool2d_parameters',
  source: `typedef struct {
  int32_t channels; /* of all pictures */
${windowMembers}
  int32_t count_height, count_width; /* up to where an average counts padding; the size where it does not */
  int32_t counts_padding;
} pool2d_parameters;`,
};

/** Loops over the windows; \`begin\`, \`each\` and \`end\` are C statements. */
const pooling = (
  name: string,
  begin: string,
  each: string,
  end: string,
): string => `static void ${name}(const pool2d_parameters *p, const float *x, float *y) {
  for (int32_t c = 0; c < p->channels; c++, x += p->in_height * p->in_width)
    for (int32_t row = 0; row < p->out_height; row++)
      for (int32_t column = 0; column < p->out_width; column++) {
        const int32_t top = row * p->stride_y - p->pad_top, left = column * p->stride_x - p->pad_left;
        ${begin}
        for (int32_t ky = 0; ky < p->kernel_height; ky++) {
          const int32_t iy = top + ky * p->dilation_y;
          if (iy < 0 || iy >= p->in_height) continue;
          for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const int32_t ix = left + kx * p->dilation_x;
            if (ix < 0 || ix >= p->in_width) continue;
            ${each}
          }
        }
        ${end}
      }
}`;

const maxPool: CFunction = {
  name: 'max_pool2d_f32',
  needs: [parameters],
  headers: ['math.h'],
  source: pooling(
    'max_pool2d_f32',
    'float best = -INFINITY;',
    `const float value = x[iy * p->in_width + ix];
            if (value > best) best = value;`,
    '*y++ = best;',
  ),
};

const averagePool: CFunction = {
  name: 'average_pool2d_f32',
  needs: [parameters],
  source: `/* How many of the taps from \`start\` on are in [low, high). */
static int32_t taps_within(int32_t start, int32_t taps, int32_t dilation, int32_t low, int32_t high) {
  int32_t count = 0;
  for (int32_t i = 0; i < taps; i++) count += start + i * dilation >= low && start + i * dilation < high;
  return count;
}

${pooling(
  'average_pool2d_f32',
  `const int32_t low_y = p->counts_padding ? -p->pad_top : 0, low_x = p->counts_padding ? -p->pad_left : 0;
        const int32_t count = taps_within(top, p->kernel_height, p->dilation_y, low_y, p->count_height) *
                              taps_within(left, p->kernel_width, p->dilation_x, low_x, p->count_width);
        float sum = 0.0f;`,
  'sum += x[iy * p->in_width + ix];',
  '*y++ = sum / (float)count;',
)}`,
};

const poolKernel = (operator: string, fn: CFunction): Kernel => ({
  name: `${operator.toLowerCase()} f32`,
  operators: [operator],
  match(node, model) {
    const [x] = node.inputs;
    const [y, indices] = node.outputs;
    if (!x || !y || !allFloat([x], model)) return undefined;
    if (indices && model.isRead(indices))
      return { expected: 'a pooling without indices', got: 'an output of indices' };
    const { shape } = model.type(x);
    const window = windowOf(node, shape, model.type(y).shape, intsOf(node, 'kernel_shape') ?? []);
    if (isRefusal(window)) return window;
    const countsPadding = intOf(node, 'count_include_pad', 0) !== 0;
    const counted = ({ input, end }: WindowAxis) => input + (countsPadding ? end : 0);
    return {
      inputs: [x],
      outputs: [y],
      functions: [fn],
      parameters: {
        type: parameters.name,
        fields: {
          channels: shape[0]! * shape[1]!,
          ...windowFields(window),
          count_height: counted(window.vertical),
          count_width: counted(window.horizontal),
          counts_padding: Number(countsPadding),
        },
      },
      call: ({ inputs, outputs, parameters: p }) => `${fn.name}(${p}, ${inputs[0]}, ${outputs[0]});`,
      inPlace: readsAhead(window) ? [[0, 0]] : [],
    };
  },
});

/**
 * Whether no window reads an element before its own result's place, so that results may overwrite what was read:
 * windows follow each other, and so do results.
 */
function readsAhead({ vertical, horizontal }: Window): boolean {
  const first = ({ stride, begin, dilation }: WindowAxis, i: number) => {
    const start = i * stride - begin;
    return start >= 0 ? start : start + Math.ceil(-start / dilation) * dilation;
  };
  const area = vertical.input * horizontal.input;
  if (vertical.output * horizontal.output > area) return false;
  for (let row = 0; row < vertical.output; row++)
    for (let column = 0; column < horizontal.output; column++) {
      const read = first(vertical, row) * horizontal.input + first(horizontal, column);
      if (read < row * horizontal.output + column) return false;
    }
  return true;
}

export const poolKernels: readonly Kernel[] = [
  poolKernel('MaxPool', maxPool),
  poolKernel('AveragePool', averagePool),
];

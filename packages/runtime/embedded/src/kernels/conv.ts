import { intOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import { clamped, clampFields, clampFunction, clampOperators } from './clamp.ts';
import { halfToFloat } from './half.ts';
import {
  type CFunction,
  isRefusal,
  type Kernel,
  type Lowering,
  type ModelView,
  type Refusal,
} from './kernel.ts';
import { allFloat, forBatch, presentInputs } from './types.ts';
import { type Window, windowFields, windowMembers, windowOf } from './window.ts';

const parameters: CFunction = {
  name: 'conv2d_f32_parameters',
  source: `typedef struct {
  int32_t groups, in_channels, out_channels; /* channels of one group */
${windowMembers}
  float lowest, highest; /* of the results */
} conv2d_f32_parameters;`,
};

/** Weights of float32, or of float16 that are widened as they are read. */
const convolution = (name: string, weight: 'float' | 'uint16_t'): CFunction => {
  const read = (index: string) => (weight === 'float' ? index : `half_to_float(${index})`);
  return {
    name,
    needs: weight === 'float' ? [parameters, clampFunction] : [parameters, clampFunction, halfToFloat],
    source: `/* Convolution, NCHW; w is [out channel, in channel, row, column]. Rows of y are sums of scaled rows of x. */
static void ${name}(const conv2d_f32_parameters *p, const float *x, const ${weight} *w, const ${weight} *bias, float *y) {
  const int32_t in_area = p->in_height * p->in_width, out_area = p->out_height * p->out_width;
  const int32_t taps = p->kernel_height * p->kernel_width;
  for (int32_t o = 0; o < p->groups * p->out_channels; o++) {
    const float *plane = x + o / p->out_channels * p->in_channels * in_area;
    const ${weight} *filter = w + o * p->in_channels * taps;
    const float start = bias ? ${read('bias[o]')} : 0.0f;
    for (int32_t row = 0; row < p->out_height; row++) {
      float *out = y + o * out_area + row * p->out_width;
      for (int32_t i = 0; i < p->out_width; i++) out[i] = start;
      for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const int32_t in_row = row * p->stride_y - p->pad_top + ky * p->dilation_y;
        if (in_row < 0 || in_row >= p->in_height) continue;
        for (int32_t kx = 0; kx < p->kernel_width; kx++) {
          /* Column i reads i * stride + shift, which is inside of the row for from <= i < to. */
          const int32_t shift = kx * p->dilation_x - p->pad_left;
          const int32_t from = shift < 0 ? (p->stride_x - 1 - shift) / p->stride_x : 0;
          const int32_t room = p->in_width - shift + p->stride_x - 1;
          const int32_t last = room > 0 ? room / p->stride_x : 0;
          const int32_t to = last < p->out_width ? last : p->out_width;
          for (int32_t c = 0; c < p->in_channels; c++) {
            const float scale = ${read('filter[c * taps + ky * p->kernel_width + kx]')};
            const float *in = plane + c * in_area + in_row * p->in_width;
            if (p->stride_x == 1)
              for (int32_t i = from; i < to; i++) out[i] += scale * in[i + shift];
            else
              for (int32_t i = from; i < to; i++) out[i] += scale * in[i * p->stride_x + shift];
          }
        }
      }
      for (int32_t i = 0; i < p->out_width; i++) out[i] = clamp_f32(out[i], p->lowest, p->highest);
    }
  }
}`,
  };
};

const float32Conv = convolution('conv2d_f32', 'float');
const float16Conv = convolution('conv2d_f32_f16', 'uint16_t');

/** Conv of one or two spatial axes, grouped or depthwise, with a Relu or a Clip after it. */
export const convKernel: Kernel = {
  name: 'conv f32',
  operators: ['Conv', ...clampOperators],
  match(node, model) {
    const found = clamped(node, ['Conv'], model);
    if (!found || !allFloat(found.anchor.inputs, model)) return undefined;
    return lower(found.anchor, found, model);
  },
};

function lower(
  conv: Node,
  { clamp, output }: NonNullable<ReturnType<typeof clamped>>,
  model: ModelView,
): Lowering | Refusal {
  const [x, w, bias] = conv.inputs;
  const shape = model.type(x!).shape;
  const weights = model.type(w!);
  const out = model.type(output).shape;
  const window = windowOf(conv, shape, out, weights.shape.slice(2));
  if (isRefusal(window)) return window;
  const groups = intOf(conv, 'group', 1);
  const isHalf = weights.dtype === 'float16' && (!bias || model.type(bias).dtype === 'float16');
  const fn = isHalf ? float16Conv : float32Conv;
  const [, inChannels] = weights.shape;
  return {
    inputs: presentInputs(conv),
    halfInputs: isHalf ? [1, 2] : [],
    outputs: [output],
    origin: conv,
    functions: [fn],
    parameters: {
      type: parameters.name,
      fields: {
        groups,
        in_channels: inChannels!,
        out_channels: weights.shape[0]! / groups,
        ...windowFields(isPointwise(window) ? flattened(window) : window),
        ...clampFields(clamp),
      },
    },
    call: ({ inputs, outputs, parameters: p }) =>
      forBatch(
        shape[0]!,
        { at: inputs[0]!, size: sizeOf(shape.slice(1)) },
        { at: outputs[0]!, size: sizeOf(out.slice(1)) },
        (from, to) => `${fn.name}(${p}, ${from}, ${inputs[1]}, ${inputs[2] ?? 'NULL'}, ${to});`,
      ),
    multiplyAdds: (sizeOf(out) * sizeOf(weights.shape)) / weights.shape[0]!,
  };
}

/** Whether every element of the result comes from the one element in its place. */
const isPointwise = ({ vertical, horizontal }: Window): boolean =>
  [vertical, horizontal].every(
    ({ kernel, stride, begin, input, output }) =>
      kernel === 1 && stride === 1 && begin === 0 && input === output,
  );

/** A picture as one long row, which a pointwise convolution can't tell from it. */
const flattened = ({ vertical, horizontal }: Window): Window => {
  const size = vertical.input * horizontal.input;
  return {
    vertical: { ...vertical, input: 1, output: 1 },
    horizontal: { ...horizontal, input: size, output: size },
  };
};

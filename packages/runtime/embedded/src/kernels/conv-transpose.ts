import { intOf, intsOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import { clamped, clampFields, clampFunction, clampOperators } from './clamp.ts';
import type { CFunction, Kernel } from './kernel.ts';
import { allFloat, forBatch, presentInputs } from './types.ts';
import { singleAxis, type WindowAxis, windowFields, windowMembers } from './window.ts';

const parameters: CFunction = {
  name: 'conv_transpose2d_f32_parameters',
  source: `typedef struct {
  int32_t groups, in_channels, out_channels; /* channels of one group */
${windowMembers}
  float lowest, highest; /* of the results */
} conv_transpose2d_f32_parameters;`,
};

const convTranspose: CFunction = {
  name: 'conv_transpose2d_f32',
  needs: [parameters, clampFunction],
  source: `/* Every element of x adds its multiple of the window to y; w is [in channel, out channel, row, column]. */
static void conv_transpose2d_f32(const conv_transpose2d_f32_parameters *p, const float *x, const float *w, const float *bias, float *y) {
  const int32_t in_area = p->in_height * p->in_width, out_area = p->out_height * p->out_width;
  const int32_t taps = p->kernel_height * p->kernel_width;
  for (int32_t o = 0; o < p->groups * p->out_channels; o++) {
    const int32_t group = o / p->out_channels;
    float *out = y + o * out_area;
    for (int32_t i = 0; i < out_area; i++) out[i] = bias ? bias[o] : 0.0f;
    for (int32_t c = 0; c < p->in_channels; c++) {
      const int32_t channel = group * p->in_channels + c;
      const float *in = x + channel * in_area;
      const float *window = w + (channel * p->out_channels + o % p->out_channels) * taps;
      for (int32_t row = 0; row < p->in_height; row++)
        for (int32_t ky = 0; ky < p->kernel_height; ky++) {
          const int32_t oy = row * p->stride_y - p->pad_top + ky * p->dilation_y;
          if (oy < 0 || oy >= p->out_height) continue;
          for (int32_t kx = 0; kx < p->kernel_width; kx++) {
            const float scale = window[ky * p->kernel_width + kx];
            for (int32_t column = 0; column < p->in_width; column++) {
              const int32_t ox = column * p->stride_x - p->pad_left + kx * p->dilation_x;
              if (ox >= 0 && ox < p->out_width) out[oy * p->out_width + ox] += scale * in[row * p->in_width + column];
            }
          }
        }
    }
    for (int32_t i = 0; i < out_area; i++) out[i] = clamp_f32(out[i], p->lowest, p->highest);
  }
}`,
};

/** ConvTranspose of one or two spatial axes, with a Relu or a Clip after it. */
export const convTransposeKernel: Kernel = {
  name: 'conv transpose f32',
  operators: ['ConvTranspose', ...clampOperators],
  match(node, model) {
    const found = clamped(node, ['ConvTranspose'], model);
    if (!found || !allFloat(found.anchor.inputs, model)) return undefined;
    const { anchor, clamp, output } = found;
    const [x, w] = anchor.inputs;
    const { shape } = model.type(x!);
    const weights = model.type(w!).shape;
    const out = model.type(output).shape;
    if (shape.length !== 3 && shape.length !== 4)
      return { expected: 'input [N, C, W] or [N, C, H, W]', got: `[${shape.join(', ')}]` };
    const axes = axesOf(anchor, shape, out, weights);
    const vertical = shape.length === 4 ? axes[0]! : singleAxis;
    const horizontal = axes.at(-1)!;
    const groups = intOf(anchor, 'group', 1);
    return {
      inputs: presentInputs(anchor),
      outputs: [output],
      origin: anchor,
      functions: [convTranspose],
      parameters: {
        type: parameters.name,
        fields: {
          groups,
          in_channels: shape[1]! / groups,
          out_channels: weights[1]!,
          ...windowFields({ vertical, horizontal }),
          ...clampFields(clamp),
        },
      },
      call: ({ inputs, outputs, parameters: p }) =>
        forBatch(
          shape[0]!,
          { at: inputs[0]!, size: sizeOf(shape.slice(1)) },
          { at: outputs[0]!, size: sizeOf(out.slice(1)) },
          (from, to) => `${convTranspose.name}(${p}, ${from}, ${inputs[1]}, ${inputs[2] ?? 'NULL'}, ${to});`,
        ),
      multiplyAdds: sizeOf(shape) * sizeOf(weights.slice(1)),
    };
  },
};

/** Source: ONNX's ConvTranspose: where pads are not given, what the windows cover beyond the output is shared out. */
function axesOf(
  node: Node,
  shape: readonly number[],
  out: readonly number[],
  weights: readonly number[],
): Omit<WindowAxis, 'end'>[] {
  const strides = intsOf(node, 'strides') ?? [];
  const dilations = intsOf(node, 'dilations') ?? [];
  const pads = intsOf(node, 'pads') ?? [];
  const extra = intsOf(node, 'output_padding') ?? [];
  const attribute = node.attributes.get('auto_pad');
  const autoPad = attribute?.kind === 'string' ? attribute.value : 'NOTSET';
  const isShared = node.attributes.has('output_shape') || autoPad.startsWith('SAME');
  return shape.slice(2).map((input, i) => {
    const kernel = weights[i + 2]!;
    const stride = strides[i] ?? 1;
    const dilation = dilations[i] ?? 1;
    const output = out[i + 2]!;
    const total = stride * (input - 1) + (extra[i] ?? 0) + (kernel - 1) * dilation + 1 - output;
    const half = Math.floor(Math.max(0, total) / 2);
    const shared = autoPad === 'SAME_UPPER' ? half : Math.max(0, total) - half;
    const begin = isShared ? shared : autoPad === 'VALID' ? 0 : (pads[i] ?? 0);
    return { input, output, kernel, stride, dilation, begin };
  });
}

import { intOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import { clamped, clampFields, clampOperators } from './clamp.ts';
import { convFunction, convParameters } from './conv-source.ts';
import { isRefusal, type Kernel, type Lowering, type ModelView, type Refusal } from './kernel.ts';
import { allFloat, forBatch, presentInputs } from './types.ts';
import { type Window, windowFields, windowOf } from './window.ts';

const float32Conv = convFunction('conv2d_f32', 'float');
const float16Conv = convFunction('conv2d_f32_f16', 'uint16_t');

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
      type: convParameters.name,
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

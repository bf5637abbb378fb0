import { intsOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import type { Refusal } from './kernel.ts';

/** A window along one spatial axis: sizes of what it reads and gives, and how it moves. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding before the first and after the last. */
  readonly begin: number;
  readonly end: number;
}

/** The windows of a Conv or a pooling; those of one axis have a height of 1. */
export interface Window {
  readonly vertical: WindowAxis;
  readonly horizontal: WindowAxis;
}

/** Of models with one spatial axis, the other. */
export const singleAxis: WindowAxis = {
  input: 1,
  output: 1,
  kernel: 1,
  stride: 1,
  dilation: 1,
  begin: 0,
  end: 0,
};

/** The windows that `node` moves over `shape` [N, C, W] or [N, C, H, W], `auto_pad` resolved. */
export function windowOf(
  node: Node,
  shape: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
): Window | Refusal {
  const rank = shape.length - 2;
  if (rank !== 1 && rank !== 2)
    return { expected: 'input [N, C, W] or [N, C, H, W]', got: `[${shape.join(', ')}]` };
  const strides = intsOf(node, 'strides') ?? [];
  const dilations = intsOf(node, 'dilations') ?? [];
  const pads = intsOf(node, 'pads') ?? [];
  const attribute = node.attributes.get('auto_pad');
  const autoPad = attribute?.kind === 'string' ? attribute.value : 'NOTSET';
  const axes = Array.from({ length: rank }, (_, i): WindowAxis => {
    const axis = {
      input: shape[i + 2]!,
      output: output[i + 2]!,
      kernel: kernel[i]!,
      stride: strides[i] ?? 1,
      dilation: dilations[i] ?? 1,
    };
    const [begin, end] = padsOf(autoPad, axis, [pads[i] ?? 0, pads[i + rank] ?? 0]);
    return { ...axis, begin, end };
  });
  return { vertical: rank === 2 ? axes[0]! : singleAxis, horizontal: axes.at(-1)! };
}

/** Source: ONNX's Conv: SAME gives ceil(input / stride) outputs, and an odd element of padding to the end it names. */
function padsOf(
  autoPad: string,
  axis: Omit<WindowAxis, 'begin' | 'end'>,
  given: readonly [number, number],
): readonly [number, number] {
  if (autoPad === 'NOTSET' || autoPad === '') return given;
  if (autoPad === 'VALID') return [0, 0];
  const reach = (axis.kernel - 1) * axis.dilation + 1;
  const total = Math.max(0, (Math.ceil(axis.input / axis.stride) - 1) * axis.stride + reach - axis.input);
  const small = Math.floor(total / 2);
  return autoPad === 'SAME_UPPER' ? [small, total - small] : [total - small, small];
}

/** Fields of a C struct for both axes, e.g. `in_height` and `in_width`. */
export const windowFields = ({ vertical, horizontal }: Record<keyof Window, Omit<WindowAxis, 'end'>>) => ({
  in_height: vertical.input,
  in_width: horizontal.input,
  out_height: vertical.output,
  out_width: horizontal.output,
  kernel_height: vertical.kernel,
  kernel_width: horizontal.kernel,
  stride_y: vertical.stride,
  stride_x: horizontal.stride,
  dilation_y: vertical.dilation,
  dilation_x: horizontal.dilation,
  pad_top: vertical.begin,
  pad_left: horizontal.begin,
});

/** The members of a C struct that `windowFields` fills. */
export const windowMembers = `  int32_t in_height, in_width, out_height, out_width;
  int32_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x;
  int32_t pad_top, pad_left;`;

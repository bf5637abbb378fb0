import type { Node } from '@trainyard/onnx-ir';
import { type Window, windowOf } from '../kernels/window.ts';

/** The window of a node as fields of the integer kernels; a text where it is none of one or two axes. */
export function windowFieldsOf(
  node: Node,
  shape: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
) {
  const window = windowOf(node, shape, output, kernel);
  if ('expected' in window) return `it expects ${window.expected}, and got ${window.got}`;
  return { batch: shape[0]!, channels: shape[1]!, outChannels: output[1]!, ...sizesOf(window) };
}

const sizesOf = ({ vertical, horizontal }: Window) => ({
  height: vertical.input,
  width: horizontal.input,
  outHeight: vertical.output,
  outWidth: horizontal.output,
  kernelHeight: vertical.kernel,
  kernelWidth: horizontal.kernel,
  strideHeight: vertical.stride,
  strideWidth: horizontal.stride,
  dilationHeight: vertical.dilation,
  dilationWidth: horizontal.dilation,
  padTop: vertical.begin,
  padLeft: horizontal.begin,
});

/** [N, C, …] as memory has it with channels innermost. */
export const channelsLast = ([batch, channels, ...spatial]: readonly number[]): number[] => [
  batch!,
  ...spatial,
  channels!,
];

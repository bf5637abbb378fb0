import type { Node } from '@trainyard/onnx-ir';
import { Conv, ConvTranspose, reshape, slice, transpose } from '../../ops/index.ts';
import type { Tensor } from '../../tensor.ts';
import { sizeOf } from '../../types.ts';
import type { Pass } from '../pass.ts';
import { allAre, attributesOf, isCall, sizesOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/** Input channels from which ONNX Runtime's transposed convolution is as fast, whose products are then tall enough. */
const enoughChannels = 32;

/**
 * The gradient of a convolution's input of stride 1 is a convolution of dy with the kernel turned around and its
 * channels exchanged, padded by what the kernel reaches over its pads. ONNX Runtime's transposed convolution writes
 * all products before it adds them up: for depthwise kernels that takes five times as long, for 1×1 kernels a copy.
 */
const rule = (block?: number): RewriteRule => ({
  name: 'transposedAsConv',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      if (!isCall(node, ConvTranspose)) continue;
      const [x, w] = [sizesOf(node.inputs[0]), sizesOf(node.inputs[1])];
      if (!x || !w) continue;
      const attributes = attributesOf(node, ConvTranspose);
      const refusal = refusalOf(attributes, x, w, block);
      if (refusal) {
        outcome.refuse(node, refusal);
        continue;
      }
      const { group, dilations, pads } = attributes;
      const kernel = w.slice(2);
      const reach = [...kernel, ...kernel].map((size, i) => {
        const axis = i % kernel.length;
        return (size - 1) * (dilations?.[axis] ?? 1) - (pads?.[i] ?? 0);
      });
      found.set(node, (read) =>
        Conv.call(
          [read(node.inputs[0]), turned(read(node.inputs[1]), group), node.inputs[2] && read(node.inputs[2])],
          {
            kernelShape: kernel,
            group,
            pads: reach,
            ...(dilations && { dilations }),
          },
        ),
      );
    }
    return found;
  },
});

/** w [C, M, …kernel] of a transposed convolution as [M, C, …kernel], its kernel turned around; of depthwise ones [C, 1, …]. */
function turned(w: Tensor, group: number): Tensor {
  const [from, to, ...kernel] = w.shape as number[];
  const axes = kernel.map((_, i) => i + 2);
  const exchanged = () => transpose(w, [1, 0, ...axes]);
  if (sizeOf(kernel) === 1) return group === 1 ? reshape(exchanged(), [to, from, ...kernel]) : w;
  const around = slice(
    w,
    kernel.map((size) => size - 1),
    kernel.map((size) => -size - 1),
    axes,
    kernel.map(() => -1),
  );
  return group === 1 ? transpose(around, [1, 0, ...axes]) : around;
}

function refusalOf(
  {
    group,
    strides,
    pads,
    dilations,
    outputPadding,
    outputShape,
    autoPad,
  }: ReturnType<typeof attributesOf<typeof ConvTranspose.rules>>,
  x: readonly number[],
  w: readonly number[],
  block: number | undefined,
): string | undefined {
  if (!allAre(strides, 1)) return `strides ${strides?.join('×')} put zeros between the elements`;
  if (autoPad !== 'NOTSET' || outputShape || !allAre(outputPadding, 0)) return 'its padding is not given';
  const kernel = w.slice(2);
  if (pads?.some((p, i) => p > (kernel[i % kernel.length] - 1) * (dilations?.[i % kernel.length] ?? 1)))
    return 'it crops more than its kernel reaches over';
  const isDepthwise = group === x[1] && w[1] === 1;
  if (group > 1 && !isDepthwise) return `${group} groups of several channels`;
  const inBlocks = block !== undefined && x[1] % block === 0 && w[1] % block === 0;
  if (!isDepthwise && sizeOf(kernel) > 1 && x[1] >= enoughChannels && !inBlocks)
    return `${x[1]} channels are enough for a transposed convolution`;
  return undefined;
}

/** Gradients of convolutions' inputs as convolutions. */
export const transposedAsConv: Pass = rewritePass(rule());

/** The same where convolutions of this many channels and their multiples are faster yet, as `blockedConv` makes them. */
export const transposedForBlocks = (block: number): Pass => rewritePass(rule(block));

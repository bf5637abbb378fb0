import type { Graph, Node } from '@trainyard/onnx-ir';
import type { AttributesOf } from '../../attributes.ts';
import { blockedWeightGrad } from '../../ops/conv-weight-grad.ts';
import {
  add,
  BlockedConv,
  Conv,
  ConvWeightGrad,
  concat,
  fromBlocks,
  MaxPool,
  MaxPoolGrad,
  pad,
  reshape,
  slice,
  tile,
  toBlocks,
} from '../../ops/index.ts';
import type { Tensor } from '../../tensor.ts';
import { allAre, attributesOf, isCall, isDisjoint, poolGradientsOf, readersOf, sizesOf } from './patterns.ts';
import { type Read, type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

type ConvAttributes = AttributesOf<typeof Conv.rules>;

/** Above this many inputs of one output, what the wider kernel multiplies in vain costs more than it saves. */
const mostInputs = 64;

/**
 * A convolution and the pooling of disjoint windows after it, as one convolution with a set of channels for each place
 * of a window: the kernel shifted to that place, the stride as many times larger as the window is. The places of a
 * window then lie in different channels, contiguous, where a maximum costs little, and rows and columns that the
 * pooling drops are never computed. The gradient of the weight is that of the wide kernel, shifted back and added up.
 */
const rule = (block?: number): RewriteRule => ({
  name: 'convPool',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const pool of graph.nodes) {
      const conv = pool.inputs[0]?.producer;
      if (!isCall(pool, MaxPool) || !isCall(conv, Conv)) continue;
      const group = groupOf(graph, conv, pool, block);
      if (typeof group === 'string') {
        outcome.refuse(pool, group);
        continue;
      }
      const { weightGradients } = group;
      // The forward nodes come before those of the gradient.
      let wide: Tensor;
      found.set(pool, (read) => {
        wide = wideConv(group, read);
        const [maxima] = MaxPool.call([wide], overPlaces(group));
        return [asPictures(group, maxima)];
      });
      for (const node of weightGradients)
        found.set(node, (read) => [weightGradient(group, node, wide, read)]);
    }
    return found;
  },
});

interface Group {
  /** Channels that are kept together, where the runtime has a convolution for that. */
  readonly block: number | undefined;
  readonly conv: Node;
  readonly attributes: ConvAttributes;
  readonly strides: readonly number[];
  /** Rows and columns of a pooling window, and all places in it. */
  readonly window: readonly number[];
  readonly places: readonly (readonly number[])[];
  /** [M, C, kH, kW] */
  readonly weight: readonly number[];
  /** [M, height, width] of what the pooling gives. */
  readonly pooled: readonly number[];
  readonly weightGradients: readonly Node[];
}

/** A convolution and its pooling, or why they stay apart. */
function groupOf(graph: Graph, conv: Node, pool: Node, block?: number): Group | string {
  const attributes = attributesOf(conv, Conv);
  const pooling = attributesOf(pool, MaxPool);
  const weight = sizesOf(conv.inputs[1]);
  const sizes = sizesOf(pool.outputs[0]);
  const [result] = conv.outputs;
  if (!weight || !sizes || !result) return 'sizes are not known';
  if (attributes.group !== 1 || !allAre(attributes.dilations, 1) || attributes.autoPad !== 'NOTSET')
    return 'the convolution has groups, dilations or automatic padding';
  const window = pooling.kernelShape;
  if (!isDisjoint(pooling)) return 'its windows overlap, or reach over the edge';
  const inputs = weight.slice(1).reduce((a, b) => a * b);
  if (inputs > mostInputs) return `an output has ${inputs} inputs; the wide kernel pays up to ${mostInputs}`;

  const scatters = poolGradientsOf(graph, result, pool);
  if (typeof scatters === 'string') return scatters;
  const gradients = scatters.flatMap((node) => readersOf(node.outputs[0]!));
  const unlike = gradients.find((node) => !isCall(node, ConvWeightGrad) || node.inputs[0] !== conv.inputs[0]);
  if (unlike) return `its gradient is read by ${unlike.name}, not only by the gradient of the weight`;
  return {
    block: block && fillsBlocks(conv, weight, block) ? block : undefined,
    conv,
    attributes,
    strides: attributes.strides ?? window.map(() => 1),
    window,
    places: window.reduce<number[][]>(
      (found, size) => found.flatMap((place) => Array.from({ length: size }, (_, k) => [...place, k])),
      [[]],
    ),
    weight,
    pooled: sizes.slice(1),
    weightGradients: gradients,
  };
}

/** Whether the results fill blocks, and the inputs do not: then the convolution reads them as they are. */
const fillsBlocks = (conv: Node, [outputs, channels, ...kernel]: readonly number[], block: number): boolean =>
  outputs % block === 0 &&
  channels < block &&
  kernel.length === 2 &&
  conv.outputs[0]?.type?.dtype === 'float32' &&
  typeof conv.inputs[0]?.type?.shape?.[0] === 'number';

/** Sizes of the wide kernel, which reaches over all of a window. */
const wideKernel = ({ weight, window, strides }: Group): number[] =>
  window.map((size, i) => weight[i + 2] + (size - 1) * strides[i]);

const wideOptions = (group: Group) => ({
  kernelShape: wideKernel(group),
  strides: group.strides.map((stride, i) => stride * group.window[i]),
  ...(group.attributes.pads && { pads: group.attributes.pads }),
});

/** One window over the axis of places of [N, 1, places, M · positions]. */
const overPlaces = ({ places }: Group) => ({ kernelShape: [places.length, 1], strides: [places.length, 1] });

/** Every place of every window: [N, 1, places, M · positions]. */
function wideConv(group: Group, read: Read): Tensor {
  const { conv, places, weight, window, strides } = group;
  const [x, w, b] = conv.inputs;
  const shifted = places.map((place) => {
    const before = place.map((k, i) => k * strides[i]);
    const after = place.map((k, i) => (window[i] - 1 - k) * strides[i]);
    return pad(read(w), [0, 0, ...before, 0, 0, ...after]);
  });
  const bias = b && tile(read(b), [places.length]);
  const inputs = [read(x), concat(shifted, 0), bias];
  const { kernelShape, ...options } = wideOptions(group);
  const [y] = group.block
    ? BlockedConv.call(inputs, { block: group.block, ...options })
    : Conv.call(inputs, { kernelShape, ...options });
  return reshape(y, [0, 1, places.length, weight[0] * positionsOf(group)]);
}

/** [N, M / block, height, width, block] of what the pooling gives. */
const blocksOf = ([channels, ...sizes]: readonly number[], block: number): number[] => [
  0,
  channels / block,
  ...sizes,
  block,
];

/** The maxima [N, 1, 1, M · positions] as pictures [N, M, height, width]. */
const asPictures = ({ block, pooled }: Group, maxima: Tensor): Tensor =>
  block ? fromBlocks(reshape(maxima, blocksOf(pooled, block))) : reshape(maxima, [0, ...pooled]);

const positionsOf = ({ pooled }: Group): number => pooled.slice(1).reduce((a, b) => a * b, 1);

function weightGradient(group: Group, node: Node, wide: Tensor, read: Read): Tensor {
  const { block, places, weight, strides, pooled } = group;
  const [outputs, channels, ...kernel] = weight;
  const scatter = node.inputs[1]?.producer as Node;
  const given = read(scatter.inputs[1]);
  const dy = reshape(block ? toBlocks(given, block) : given, [0, 1, 1, outputs * positionsOf(group)]);
  const [spread] = MaxPoolGrad.call([wide, dy], overPlaces(group));
  const channelsOfAll = [places.length * outputs, ...pooled.slice(1)];
  const x = read(node.inputs[0]);
  const { kernelShape, ...options } = wideOptions(group);
  const dw = block
    ? blockedWeightGrad(x, reshape(spread, blocksOf(channelsOfAll, block)), kernelShape, options)
    : ConvWeightGrad.call([x, reshape(spread, [0, ...channelsOfAll])], { kernelShape, ...options })[0];
  const apart = reshape(dw, [places.length, outputs, channels, ...wideKernel(group)]);
  const parts = places.map((place, p) => {
    const starts = [p, ...place.map((k, i) => k * strides[i])];
    const ends = [p + 1, ...kernel.map((size, i) => place[i] * strides[i] + size)];
    return slice(apart, starts, ends, [0, ...kernel.map((_, i) => i + 3)]);
  });
  return reshape(parts.reduce(add), weight);
}

/** Computes a convolution and the pooling after it as one wide convolution and a maximum over channels. */
export const convPool = rewritePass(rule());

/**
 * The same with channels in blocks, where they fill them.
 * @param block channels that ONNX Runtime takes together on this processor
 */
export const wideBlockedConvPool = (block: number) => rewritePass(rule(block));

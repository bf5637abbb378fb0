import type { Graph, Node } from '@trainyard/onnx-ir';
import { channelsLastWeightGrad } from '../../ops/conv-weight-grad.ts';
import {
  and,
  BlockedConv,
  Conv,
  ConvTranspose,
  ConvWeightGrad,
  concat,
  convTranspose,
  equal,
  fromBlocks,
  MaxPool,
  maximum,
  mul,
  not,
  pad,
  reshape,
  slice,
  split,
  toBlocks,
  transpose,
} from '../../ops/index.ts';
import { indicator } from '../../ops/select.ts';
import type { Tensor } from '../../tensor.ts';
import { allAre, attributesOf, isCall, isDisjoint, poolGradientsOf, readersOf, sizesOf } from './patterns.ts';
import { type Read, type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/** A convolution, the pooling after it, and the gradients of both. */
interface Group {
  readonly conv: Node;
  readonly block: number;
  readonly strides: readonly number[];
  /** Zeros before rows and columns, then after them. */
  readonly pads: readonly number[];
  /** Rows and columns of a pooling window. */
  readonly window: readonly number[];
  /** [N, C, H, W] of the input, [M, C, kH, kW], [N, M, H, W] of what the pooling gives. */
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly pooled: readonly number[];
  readonly scatters: readonly Node[];
}

/** A convolution and its pooling, or why they stay as they are. */
function groupOf(graph: Graph, conv: Node, pool: Node, block: number): Group | string {
  const { group, dilations, autoPad, strides, pads } = attributesOf(conv, Conv);
  const pooling = attributesOf(pool, MaxPool);
  const [x, w, pooled] = [conv.inputs[0], conv.inputs[1], pool.outputs[0]].map(sizesOf);
  const [result] = conv.outputs;
  if (x?.length !== 4 || !w || !pooled || !result || typeof x[0] !== 'number') return 'sizes are not known';
  if (result.type?.dtype !== 'float32') return 'it is not of float32';
  if (group !== 1 || !allAre(dilations, 1) || autoPad !== 'NOTSET')
    return 'the convolution has groups, dilations or automatic padding';
  if (!isDisjoint(pooling)) return 'its windows overlap, or reach over the edge';
  if (w[0] % block !== 0 || w[1] % block !== 0)
    return `${w[1]} channels in and ${w[0]} out are no blocks of ${block}`;
  const scatters = poolGradientsOf(graph, result, pool);
  if (typeof scatters === 'string') return scatters;
  const isGradient = (node: Node): boolean =>
    isWeightGradient(node, conv) || (isCall(node, ConvTranspose) && node.inputs[1] === conv.inputs[1]);
  const unlike = scatters.flatMap((node) => readersOf(node.outputs[0]!)).find((node) => !isGradient(node));
  if (unlike) return `its gradient is read by ${unlike.name}`;
  return {
    conv,
    block,
    strides: strides ?? [1, 1],
    pads: pads ?? [0, 0, 0, 0],
    window: pooling.kernelShape,
    x,
    w,
    pooled,
    scatters,
  };
}

const isWeightGradient = (node: Node, conv: Node): boolean =>
  isCall(node, ConvWeightGrad) && node.inputs[0] === conv.inputs[0];

/** The rule for channels in blocks of this size. */
const rule = (block: number): RewriteRule => ({
  name: 'blockedConvPool',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const pool of graph.nodes) {
      const conv = pool.inputs[0]?.producer;
      if (!isCall(pool, MaxPool) || !isCall(conv, Conv)) continue;
      const group = groupOf(graph, conv, pool, block);
      if (typeof group === 'string') outcome.refuse(pool, group);
      else replace(group, pool, found);
    }
    return found;
  },
});

/** For each place of a window, its elements of all windows, and their maxima: [N, M / block, H, W, block]. */
interface Forward {
  readonly parts: readonly Tensor[];
  readonly maxima: Tensor;
}

function replace(group: Group, pool: Node, found: Map<Node, Replacement>): void {
  const { conv, block } = group;
  let forward: Forward;
  // The forward nodes come before those of the gradient.
  found.set(pool, (read) => {
    const parts = partsOf(group, read);
    forward = { parts, maxima: parts.reduce(maximum) };
    return [fromBlocks(forward.maxima)];
  });
  for (const scatter of group.scatters) {
    let spread: Tensor | undefined;
    const gradient = (read: Read): Tensor => {
      spread ??= woven(group, atFirstMaximum(forward, toBlocks(read(scatter.inputs[1]), block)));
      return spread;
    };
    for (const node of readersOf(scatter.outputs[0]!))
      found.set(node, (read) => [
        isWeightGradient(node, conv)
          ? weightGradient(group, read(conv.inputs[0]), gradient(read))
          : inputGradient(group, gradient(read), read(node.inputs[1])),
      ]);
  }
}

/** d at the place of each window's first maximum, in row order, and 0 at its other places. */
function atFirstMaximum({ parts, maxima }: Forward, d: Tensor): Tensor[] {
  let none: Tensor | undefined;
  return parts.map((part, k) => {
    if (none && k === parts.length - 1) return mul(indicator(none, d), d);
    const hit = equal(part, maxima);
    const first = none ? and(hit, none) : hit;
    none = none ? and(none, not(hit)) : not(hit);
    return mul(indicator(first, d), d);
  });
}

/** Rows and columns of the convolution that the pooling reads. */
const keptOf = ({ pooled, window }: Group): number[] => window.map((size, i) => size * pooled[i + 2]);

/** Rows and columns of x, after the padding before it, that positions `count` of a step reach over. */
const reachOf = ({ w, strides, pads }: Group, count: readonly number[]): number[] =>
  count.map((n, i) => (n - 1) * strides[i] + w[i + 2] - pads[i]);

/** x in blocks, cut to what is read. */
function inputOf(group: Group, read: Read): Tensor {
  const { conv, x, block } = group;
  const reach = reachOf(group, keptOf(group)).map((size, i) => Math.min(size, x[i + 2]));
  const whole = read(conv.inputs[0]);
  const cut = reach.every((size, i) => size === x[i + 2]) ? whole : slice(whole, [0, 0], reach, [2, 3]);
  return toBlocks(cut, block);
}

/** Zeros around what is read, so that the convolution gives just what is kept. */
function padsOf(group: Group): number[] {
  const { x, pads } = group;
  const after = reachOf(group, keptOf(group)).map((size, i) => Math.max(0, size - x[i + 2]));
  return [...pads.slice(0, 2), ...after];
}

function partsOf(group: Group, read: Read): Tensor[] {
  const { conv, block, strides, window, pooled } = group;
  const [, w, b] = conv.inputs;
  const attributes = { block, strides, pads: padsOf(group) };
  const [y] = BlockedConv.call([inputOf(group, read), read(w), b && read(b)], attributes);
  const [batch, outputs, height, width] = pooled;
  const rows = batch * (outputs / block) * height;
  const ones = (n: number) => new Array<number>(n).fill(1);
  return split(reshape(y, [rows, window[0], -1]), ones(window[0]), 1)
    .flatMap((row) => split(reshape(row, [rows * width, window[1], block]), ones(window[1]), 1))
    .map((part) => reshape(part, [batch, outputs / block, height, width, block]));
}

/** The inverse of how `partsOf` takes the convolution apart. */
function woven({ block, window, pooled }: Group, parts: readonly Tensor[]): Tensor {
  const [batch, outputs, height, width] = pooled;
  const rows = batch * (outputs / block) * height;
  const lines = Array.from({ length: window[0] }, (_, r) => {
    const columns = parts.slice(r * window[1], (r + 1) * window[1]);
    const joined = concat(
      columns.map((part) => reshape(part, [rows * width, 1, block])),
      1,
    );
    return reshape(joined, [rows, 1, width * window[1] * block]);
  });
  return reshape(concat(lines, 1), [batch, outputs / block, height * window[0], width * window[1], block]);
}

/** The gradient of x: the convolution of dy with the kernel turned around, in and out exchanged. */
function inputGradient(group: Group, dy: Tensor, w: Tensor): Tensor {
  const { block, strides, pads, x, w: sizes } = group;
  const spatial = [2, 3];
  const kept = keptOf(group);
  const before = spatial.map((axis, i) => sizes[axis] - 1 - pads[i]);
  const after = spatial.map((axis, i) => x[axis] - kept[i] - before[i] + sizes[axis] - 1);
  const fits = [...before, ...after].every((n, i) => n >= 0 && n <= sizes[2 + (i % 2)]);
  if (strides.some((stride) => stride > 1) || !fits) {
    const reach = reachOf(group, kept);
    const over = spatial.map((axis, i) => reach[i] - x[axis]);
    const dx = convTranspose(fromBlocks(dy), w, undefined, {
      strides,
      pads: [...pads.slice(0, 2), ...over.map((n) => Math.max(0, n))],
    });
    return over.some((n) => n < 0) ? pad(dx, [0, 0, 0, 0, 0, 0, ...over.map((n) => Math.max(0, -n))]) : dx;
  }
  const lowest = spatial.map((axis) => -sizes[axis] - 1);
  const turned = slice(transpose(w, [1, 0, 2, 3]), [-1, -1], lowest, spatial, [-1, -1]);
  return fromBlocks(BlockedConv.call([dy, turned], { block, pads: [...before, ...after] })[0]);
}

function weightGradient(group: Group, x: Tensor, dy: Tensor): Tensor {
  const { w, strides } = group;
  const channelsLast = transpose(x, [0, 2, 3, 1]);
  return channelsLastWeightGrad(channelsLast, fromBlocks(dy), w.slice(2), { strides, pads: padsOf(group) });
}

/**
 * Computes a convolution and the pooling of disjoint windows after it on channels in blocks, and so their gradients:
 * every place of a window is a tensor of its own, in long runs, and rows and columns that the pooling drops are never
 * computed.
 * @param block channels that ONNX Runtime takes together on this processor
 */
export const blockedConvPool = (block: number) => rewritePass(rule(block));

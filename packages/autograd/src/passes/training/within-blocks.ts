import type { Node, Value } from '@trainyard/onnx-ir';
import {
  fromBlocks,
  Gate,
  ReduceSum,
  Relu,
  Reshape,
  reshape,
  sum,
  Transpose,
  transpose,
} from '../../ops/index.ts';
import type { Tensor } from '../../tensor.ts';
import { attributesOf, axesOf, isCall, sizesOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * What comes back from channels in blocks, [N, C / block, H, W, block], and is only rectified or added up before it goes
 * into blocks again, stays in them; ReLU and its gradient do not care where channels are.
 */
const rule: RewriteRule = {
  name: 'withinBlocks',
  plan(graph) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const replacement = replacementOf(node);
      if (replacement) found.set(node, replacement);
    }
    return found;
  },
};

/** What a node becomes whose pictures come from blocks; undefined where it stays. */
function replacementOf(node: Node): Replacement | undefined {
  const sources = node.inputs.map(inBlocks);
  const [source] = sources;
  if (isTransposition(node)) {
    const from = inBlocks(pictureOf(node));
    return from && turned(node, from);
  }
  if (!source) return undefined;
  if (isCall(node, Relu)) return (read) => [fromBlocks(Relu.call([read(source)], {})[0])];
  if (isCall(node, Gate)) {
    const [, x] = sources;
    const fits = x && sizesOf(x)?.join(' ') === sizesOf(source)?.join(' ');
    return fits ? (read) => [fromBlocks(Gate.call([read(source), read(x)], {})[0])] : undefined;
  }
  return isSumOfChannels(node) ? (read) => [sumOfChannels(read(source))] : undefined;
}

const isTransposition = (node: Node | undefined, perm?: readonly number[]): boolean =>
  isCall(node, Transpose) && (!perm || attributesOf(node, Transpose).perm?.join(' ') === perm.join(' '));

/** What `fromBlocks` made a value of. */
function inBlocks(value: Value | undefined): Value | undefined {
  const back = value?.producer;
  const turned = isCall(back, Reshape) ? back.inputs[0]?.producer : undefined;
  if (!turned || !isTransposition(turned, [0, 1, 4, 2, 3])) return undefined;
  const [source] = turned.inputs;
  const sizes = sizesOf(source);
  const shape = sizesOf(value);
  if (!source || sizes?.length !== 5 || shape?.length !== 4) return undefined;
  const [, blocks, height, width, block] = sizes;
  return [blocks * block, height, width].every((size, i) => size === shape[i + 1]) ? source : undefined;
}

/** The pictures [N, C, H, W] that a transposition reads, with channels apart or not. */
function pictureOf(node: Node): Value | undefined {
  const [read] = node.inputs;
  return read?.type?.shape?.length === 5 && isCall(read.producer, Reshape) ? read.producer.inputs[0] : read;
}

const isSumOfChannels = (node: Node): boolean => {
  if (!isCall(node, ReduceSum)) return false;
  const { axes, keepdims } = attributesOf(node, ReduceSum);
  return keepdims === 0 && (axesOf(node.inputs[1]) ?? axes)?.join(' ') === '0 2 3';
};

/** Over positions first, which lie together. */
const sumOfChannels = (x: Tensor): Tensor => reshape(sum(sum(x, { axes: [2, 3] }), { axes: 0 }), [-1]);

/** A transposition of pictures that came from blocks: into the same blocks, or with all channels last. */
function turned(node: Node, source: Value): Replacement | undefined {
  const sizes = sizesOf(source) as readonly number[];
  const result = sizesOf(node.outputs[0]);
  if (isTransposition(node, [0, 1, 3, 4, 2]) && result?.slice(1).join(' ') === sizes.slice(1).join(' '))
    return (read) => [read(source)];
  const [, blocks, height, width, block] = sizes;
  if (!isTransposition(node, [0, 2, 3, 1])) return undefined;
  return (read) => [reshape(transpose(read(source), [0, 2, 3, 1, 4]), [0, height, width, blocks * block])];
}

/** Spares ways out of blocks and back. */
export const withinBlocks = rewritePass(rule);

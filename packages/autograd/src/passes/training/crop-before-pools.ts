import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import {
  Conv,
  ConvTranspose,
  ConvWeightGrad,
  Gate,
  MaxPool,
  MaxPoolGrad,
  ReduceSum,
  Relu,
  slice,
} from '../../ops/index.ts';
import { allAre, attributesOf, axesOf, isCall, isDisjoint, sizesOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * Rows and columns that a pooling drops need not be computed by any layer before it, back over other convolutions and
 * poolings: the input of the first convolution is cut to what is read in the end. Where sizes become the same again,
 * behind the pooling, nothing changes; of the gradients, what is left out is 0.
 */
const rule: RewriteRule = {
  name: 'cropBeforePools',
  plan(graph, outcome) {
    // Those further back come first: their cut covers the layers before.
    for (const pool of graph.nodes.toReversed()) {
      const chain = isCall(pool, MaxPool) ? chainBefore(pool) : undefined;
      if (!chain) continue;
      const found = replacements(graph, chain);
      if (typeof found !== 'string') return found;
      outcome.refuse(pool, found);
    }
    return new Map();
  },
};

/** The first convolution of a chain, and how many rows and columns of its input are read in the end. */
interface Chain {
  readonly first: Node;
  readonly reach: readonly number[];
}

function chainBefore(pool: Node): Chain | undefined {
  const pooled = sizesOf(pool.outputs[0])?.slice(2);
  const pooling = attributesOf(pool, MaxPool);
  if (!pooled || !isDisjoint(pooling)) return undefined;
  let reach = pooled.map((size, i) => size * pooling.kernelShape[i]);
  let node = pool.inputs[0]?.producer;
  let poolings = 0;
  let chain: Chain | undefined;
  for (; node; node = node.inputs[0]?.producer) {
    if (isCall(node, Conv)) {
      const before = reachOfConv(node, reach);
      if (!before) break;
      reach = before;
      // Without another pooling, cutting the input is up to other rules.
      if (poolings > 0) chain = { first: node, reach };
    } else if (isCall(node, MaxPool)) {
      const { kernelShape, ...rest } = attributesOf(node, MaxPool);
      if (!isDisjoint({ kernelShape, ...rest })) break;
      reach = reach.map((size, i) => size * kernelShape[i]);
      poolings++;
    } else if (!isCall(node, Relu)) break;
  }
  const sizes = sizesOf(chain?.first.inputs[0])?.slice(2);
  return sizes && chain?.reach.some((size, i) => size < sizes[i]) ? chain : undefined;
}

/** Elements that a convolution without padding reads for so many positions. */
function reachOfConv(node: Node, counts: readonly number[]): number[] | undefined {
  const { autoPad, dilations, pads, strides } = attributesOf(node, Conv);
  const kernel = sizesOf(node.inputs[1])?.slice(2);
  if (!kernel || autoPad !== 'NOTSET' || !allAre(pads, 0)) return undefined;
  return counts.map((n, i) => (n - 1) * (strides?.[i] ?? 1) + (kernel[i] - 1) * (dilations?.[i] ?? 1) + 1);
}

/** What a value becomes when it is cut: sizes of its spatial axes. A gradient is 0 where it is cut. */
interface Cut {
  readonly sizes: readonly number[];
  readonly isGradient: boolean;
}

/** The nodes that read the cut input, or why it is not cut. */
function replacements(graph: Graph, { first, reach }: Chain): Map<Node, Replacement> | string {
  const source = first.inputs[0] as Value;
  const found = new Map<Node, Replacement>();
  const cuts = new Map<Value, Cut>();
  for (const node of graph.nodes) {
    if (node !== first && !node.inputs.some((value) => value && cuts.has(value))) continue;
    const readsSource = node === first || (isCall(node, ConvWeightGrad) && node.inputs[0] === source);
    const at = (i: number): Cut | undefined =>
      i === 0 && readsSource ? { sizes: reach, isGradient: false } : cuts.get(node.inputs[i] as Value);
    const cut = cutOf(node, at);
    if (cut === undefined) return `${node.name} reads what would be cut`;
    if (readsSource) found.set(node, onCutInput(node, reach));
    const result = node.outputs[0] as Value;
    const before = sizesOf(result)?.slice(2) ?? [];
    if (cut === 'whole' || cut.sizes.every((size, i) => size === before[i])) continue;
    if (graph.outputs.includes(result)) return 'an output of the graph would be cut';
    cuts.set(result, cut);
  }
  return found;
}

/** The call with its first input cut. */
const onCutInput =
  (node: Node, reach: readonly number[]): Replacement =>
  (read) => {
    const [source, ...rest] = node.inputs;
    const starts = reach.map(() => 0);
    const axes = reach.map((_, i) => i + 2);
    const inputs = [slice(read(source), starts, reach, axes), ...rest.map((value) => value && read(value))];
    return isCall(node, Conv)
      ? Conv.call(inputs, attributesOf(node, Conv))
      : ConvWeightGrad.call(inputs, attributesOf(node, ConvWeightGrad));
  };

const same = (a: readonly number[], b: readonly number[] | undefined): boolean =>
  b !== undefined && a.every((size, i) => size === b[i]);

/** What a node gives for cut inputs, `whole` where that is what it gave before; undefined where it cannot be said. */
function cutOf(node: Node, at: (input: number) => Cut | undefined): Cut | 'whole' | undefined {
  const [x, other] = [at(0), at(1)];
  const dySizes = sizesOf(node.inputs[1])?.slice(2);
  if (isCall(node, ReduceSum)) return x?.isGradient && sumsPictures(node) ? 'whole' : undefined;
  if (isCall(node, ConvTranspose)) return x?.isGradient && !other ? cutGradient(node, x) : undefined;
  if (isCall(node, Gate)) {
    const fits = x?.isGradient && other && !other.isGradient && same(x.sizes, other.sizes);
    return fits ? x : undefined;
  }
  if (!x || x.isGradient) return undefined;
  if (isCall(node, Relu)) return x;
  if (isCall(node, ConvWeightGrad)) return other?.isGradient ? 'whole' : undefined;
  if (isCall(node, Conv)) return other ? undefined : cutConv(node, x);
  const isForward = isCall(node, MaxPool);
  if (!isForward && !isCall(node, MaxPoolGrad)) return undefined;
  const pooling = attributesOf<typeof MaxPoolGrad.rules>(node, isForward ? MaxPool : MaxPoolGrad);
  if (!isDisjoint(pooling)) return undefined;
  const sizes = x.sizes.map((size, i) => Math.floor(size / pooling.kernelShape[i]));
  if (isForward) return { sizes, isGradient: false };
  return same(sizes, other?.sizes ?? dySizes) ? { sizes: x.sizes, isGradient: true } : undefined;
}

function cutConv(node: Node, x: Cut): Cut | undefined {
  const window = reachOfConv(node, [1, 1]);
  const { strides } = attributesOf(node, Conv);
  const sizes = window?.map((size, i) => Math.floor((x.sizes[i] - size) / (strides?.[i] ?? 1)) + 1);
  return sizes && { sizes, isGradient: false };
}

function cutGradient(node: Node, dy: Cut): Cut | undefined {
  const { autoPad, dilations, outputPadding, outputShape, pads, strides } = attributesOf(node, ConvTranspose);
  const kernel = sizesOf(node.inputs[1])?.slice(2);
  const isPlain = autoPad === 'NOTSET' && !outputShape && allAre(pads, 0) && allAre(outputPadding, 0);
  if (!kernel || !isPlain || node.inputs[2]) return undefined;
  const sizes = dy.sizes.map(
    (n, i) => (n - 1) * (strides?.[i] ?? 1) + (kernel[i] - 1) * (dilations?.[i] ?? 1) + 1,
  );
  return { sizes, isGradient: true };
}

function sumsPictures(node: Node): boolean {
  const rank = node.inputs[0]?.type?.shape?.length ?? 0;
  const axes = axesOf(node.inputs[1]) ?? attributesOf(node, ReduceSum).axes;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 2);
  return spatial.every((axis) => axes?.includes(axis) || axes?.includes(axis - rank));
}

/** Spares all layers before a pooling what it drops. */
export const cropBeforePools = rewritePass(rule);

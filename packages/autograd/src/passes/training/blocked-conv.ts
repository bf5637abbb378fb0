import type { Node, Value } from '@trainyard/onnx-ir';
import type { AttributeRules } from '../../attributes.ts';
import type { Op } from '../../op.ts';
import {
  type AffineExtras,
  type BlockedMoments,
  blockedMoments,
  blockedNorm,
  blockedNormGrad,
} from '../../ops/blocked-norm.ts';
import { laidOutWeightGrad } from '../../ops/conv-weight-grad.ts';
import {
  Add,
  add,
  BatchNormTraining,
  BatchNormTrainingGrad,
  BlockedConv,
  Conv,
  ConvWeightGrad,
  fromBlocks,
  Gate,
  Relu,
  relu,
  reshape,
  toBlocks,
  transpose,
} from '../../ops/index.ts';
import { isShifted, shiftedWeightGrad } from '../../ops/shifted-weight-grad.ts';
import type { Tensor } from '../../tensor.ts';
import { sizeOf } from '../../types.ts';
import type { Outcome, Pass } from '../pass.ts';
import { allAre, attributesOf, isCall, readersOf, sizesOf } from './patterns.ts';
import { type Read, type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * ONNX Runtime lays what a convolution reads out in memory and multiplies that, picture by picture, where weights are
 * no constants; on channels in blocks it reads pictures as they are, in half the time. Bringing the channels into
 * blocks and back costs a tenth of it, so what reads a result in blocks and can work on it stays there: batch norm,
 * ReLU, sums and their gradients, up to the next convolution.
 */
const rule = (block: number): RewriteRule => ({
  name: 'blockedConv',
  plan(graph, outcome) {
    const plan = new BlocksPlan(block);
    for (const node of graph.nodes) plan.visit(node, outcome);
    return plan.found;
  },
});

/** Which nodes work in blocks, and what they become; nodes are visited in the graph's order, and then traced in it. */
class BlocksPlan {
  readonly found = new Map<Node, Replacement>();
  readonly #block: number;
  /** Values that there are in blocks. */
  readonly #known = new Set<Value>();
  readonly #tensors = new Map<Value, Tensor>();
  readonly #moments = new Map<Value, BlockedMoments>();
  /** What gives a value in blocks, and may do more in the same pass. */
  readonly #extensible = new Map<Value, (extras: AffineExtras) => Tensor>();

  constructor(block: number) {
    this.#block = block;
  }

  visit(node: Node, outcome: Outcome): void {
    const { inputs } = node;
    // Types of operators do not exclude each other, as their guards would have it.
    const is = <R extends AttributeRules>(op: Op<R>): boolean => isCall(node, op);
    if (is(Conv)) this.#conv(node, outcome);
    else if (is(ConvWeightGrad)) this.#weightGrad(node);
    else if (is(BatchNormTraining) && this.#isKnown(inputs[0])) this.#norm(node);
    else if (is(BatchNormTrainingGrad) && this.#isKnown(inputs[0])) this.#normGrad(node);
    else if (is(Relu) && this.#isKnown(inputs[0])) this.#relu(node);
    else if (is(Gate) && this.#isKnown(inputs[1]) && sameShapes(node))
      this.#replace(node, (read) => Gate.call(this.#both(node, read), {})[0]);
    else if (is(Add) && inputs.every((input) => this.#isKnown(input)) && sameShapes(node)) this.#add(node);
  }

  #isKnown(value: Value | undefined): value is Value {
    return value !== undefined && this.#known.has(value);
  }

  /** The first result in blocks, the others as they are. */
  #replace(node: Node, inBlocks: (read: Read) => Tensor, others: (read: Read) => Tensor[] = () => []): void {
    const y = node.outputs[0] as Value;
    // Around depthwise convolutions are mostly products, which want no blocks.
    if (!isCall(node, Conv) || attributesOf(node, Conv).group === 1) this.#known.add(y);
    this.found.set(node, (read) => {
      const result = inBlocks(read);
      this.#tensors.set(y, result);
      return [fromBlocks(result), ...others(read)];
    });
  }

  #inBlocks(value: Value | undefined, read: Read): Tensor {
    const tensor = this.#tensors.get(value as Value) ?? toBlocks(read(value), this.#block);
    this.#tensors.set(value as Value, tensor);
    return tensor;
  }

  #both({ inputs: [a, b] }: Node, read: Read): [Tensor, Tensor] {
    return [this.#inBlocks(a, read), this.#inBlocks(b, read)];
  }

  #conv(node: Node, outcome: Outcome): void {
    const [x, w] = [node.inputs[0], node.inputs[1]].map(sizesOf);
    if (!x || !w) return;
    const { group, pads, strides, ...rest } = attributesOf(node, Conv);
    const isPicture = group === 1 && x[1] < this.#block && isNormalizedAndRectified(node);
    const isKnown = this.#isKnown(node.inputs[0]);
    const refusal = refusalOf({ group, ...rest }, x, w, { block: this.#block, isKnown, isPicture });
    if (refusal || node.outputs[0]?.type?.dtype !== 'float32') {
      outcome.refuse(node, refusal ?? 'it is not of float32');
      return;
    }
    const [picture, weight, bias] = node.inputs;
    this.#replace(
      node,
      (read) =>
        BlockedConv.call(
          [isPicture ? read(picture) : this.#inBlocks(picture, read), read(weight), bias && read(bias)],
          { block: this.#block, group, pads, strides },
        )[0],
    );
  }

  /** Batch norm and its gradient share them. */
  #momentsOf(x: Value, read: Read): BlockedMoments {
    const moments = this.#moments.get(x) ?? blockedMoments(this.#inBlocks(x, read));
    this.#moments.set(x, moments);
    return moments;
  }

  #norm(node: Node): void {
    const [x, scale, bias] = node.inputs as [Value, Value, Value];
    const { epsilon } = attributesOf(node, BatchNormTraining);
    const y = node.outputs[0] as Value;
    this.#replace(
      node,
      (read) => {
        const normalized = blockedNorm(this.#momentsOf(x, read), read(scale), read(bias), epsilon);
        this.#extensible.set(y, normalized);
        return normalized();
      },
      (read) => {
        const { mean, variance } = this.#momentsOf(x, read);
        return [mean, variance];
      },
    );
  }

  #normGrad(node: Node): void {
    const [x, scale, dy] = node.inputs as [Value, Value, Value];
    const { epsilon } = attributesOf(node, BatchNormTrainingGrad);
    let vectors: Tensor[];
    this.#replace(
      node,
      (read) => {
        const moments = this.#momentsOf(x, read);
        const [dx, ...others] = blockedNormGrad(moments, read(scale), this.#inBlocks(dy, read), epsilon);
        vectors = others;
        return dx;
      },
      () => vectors,
    );
  }

  #relu(node: Node): void {
    const x = node.inputs[0] as Value;
    this.#replace(node, (read) => this.#extensible.get(x)?.({ relu: true }) ?? relu(this.#inBlocks(x, read)));
  }

  #add(node: Node): void {
    this.#replace(node, (read) => {
      const [a, b] = node.inputs as [Value, Value];
      const [sum, addend] = this.#extensible.has(a) ? [a, b] : [b, a];
      const extensible = this.#extensible.get(sum);
      if (!extensible) return add(...this.#both(node, read));
      const added = (extras: AffineExtras) => extensible({ ...extras, addend: this.#inBlocks(addend, read) });
      this.#extensible.set(node.outputs[0] as Value, added);
      return added({});
    });
  }

  /** The products of a weight's gradient take x with channels last, and dy with channels first. */
  #weightGrad(node: Node): void {
    const [x, dy] = node.inputs;
    const { group, kernelShape, pads, strides, dilations } = attributesOf(node, ConvWeightGrad);
    const channels = sizesOf(x)?.[1] ?? 0;
    if (group > 1 || channels % this.#block !== 0 || !this.#isKnown(dy)) return;
    const outputs = sizesOf(dy)?.[1] ?? 0;
    if (isShifted([channels, outputs], kernelShape, pads, [...(strides ?? []), ...(dilations ?? [])])) {
      const first = (value: Value | undefined, read: Read) => channelsFirst(this.#inBlocks(value, read));
      this.found.set(node, (read) => [shiftedWeightGrad(first(x, read), first(dy, read), kernelShape)]);
      return;
    }
    const options = { ...(pads && { pads }), ...(strides && { strides }), ...(dilations && { dilations }) };
    this.found.set(node, (read) => [
      laidOutWeightGrad(
        this.#isKnown(x) ? channelsLast(this.#inBlocks(x, read)) : transpose(read(x), [0, 2, 3, 1]),
        channelsFirst(this.#inBlocks(dy, read)),
        kernelShape,
        options,
      ),
    ]);
  }
}

/** x in blocks as [N, H, W, C]. */
function channelsLast(x: Tensor): Tensor {
  const [batch, blocks, height, width, block] = x.shape as number[];
  const together = blocks === 1 ? x : transpose(x, [0, 2, 3, 1, 4]);
  return reshape(together, [batch, height, width, blocks * block]);
}

/** x in blocks as [C, N, H, W], in two steps where there are several blocks: ONNX Runtime moves one axis fast. */
function channelsFirst(x: Tensor): Tensor {
  const [batch, blocks, height, width, block] = x.shape as number[];
  if (blocks === 1) return transpose(reshape(x, [batch, height, width, block]), [3, 0, 1, 2]);
  return transpose(fromBlocks(x), [1, 0, 2, 3]);
}

function sameShapes({ inputs, outputs: [y] }: Node): boolean {
  const sizes = sizesOf(y);
  return inputs.every((input) => allEqual(sizesOf(input), sizes));
}

/** Whether batch norm and ReLU follow, which can work in blocks. */
const isNormalizedAndRectified = ({ outputs: [y] }: Node): boolean =>
  readersOf(y as Value).some(
    (norm) =>
      isCall(norm, BatchNormTraining) &&
      readersOf(norm.outputs[0] as Value).some((reader) => isCall(reader, Relu)),
  );

const allEqual = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a !== undefined && a.length === b?.length && a.every((size, i) => size === b[i]);

function refusalOf(
  {
    group,
    dilations,
    autoPad,
  }: Pick<ReturnType<typeof attributesOf<typeof Conv.rules>>, 'group' | 'dilations' | 'autoPad'>,
  x: readonly number[],
  w: readonly number[],
  { block, isKnown, isPicture }: { block: number; isKnown: boolean; isPicture: boolean },
): string | undefined {
  if (x.length !== 4 || typeof x[0] !== 'number') return 'it is not of pictures of a known number';
  if (autoPad !== 'NOTSET' || !allAre(dilations, 1)) return 'it has dilations or automatic padding';
  const isDepthwise = group === x[1] && w[0] === x[1];
  if (group > 1 && !isDepthwise) return `${group} groups of several channels`;
  if (sizeOf(w.slice(2)) === 1 && !isKnown) return 'it is a product already';
  if ((x[1] % block !== 0 && !isPicture) || w[0] % block !== 0)
    return `${x[1]} channels in and ${w[0]} out are no blocks of ${block}`;
  return undefined;
}

/** Convolutions on channels in blocks of this size. */
export const blockedConv = (block: number): Pass => rewritePass(rule(block));

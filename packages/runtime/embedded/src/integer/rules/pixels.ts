import { applyNode, type Tensor, tensorOf } from '@trainyard/autograd';
import { intsOf, isOnnx } from '@trainyard/autograd/passes';
import type { Node, Value } from '@trainyard/onnx-ir';
import { pixelsInt8 } from '../../kernels/table-int8.ts';
import { sizeOf } from '../../program/element-type.ts';
import type { IntegerContext } from '../context.ts';
import type { IntegerTensor, Target } from '../tensors.ts';
import { constantTensor, isElementwise, tableOf } from './elementwise.ts';

interface Chain {
  /** The pixels: a uint8 input of the model. */
  readonly input: Value;
  /** What prepares them, in order. */
  readonly nodes: readonly Node[];
}

const isCast = (node: Node): boolean => {
  const to = node.attributes.get('to');
  return node.opType === 'Cast' && to?.kind === 'int' && Number(to.value) === 1;
};

/** The operators of one tensor each between the model's input and `value`. */
function chainOf(value: Value, context: IntegerContext): Chain | undefined {
  const nodes: Node[] = [];
  let at = value;
  while (at.producer) {
    const node = at.producer;
    const moving = node.inputs.filter((input) => input && !context.constant(input));
    const fits = isOnnx(node) && (isElementwise(node) || isCast(node) || node.opType === 'Transpose');
    if (!fits || moving.length !== 1) return undefined;
    nodes.unshift(node);
    at = moving[0]!;
  }
  return at.type?.dtype === 'uint8' && !at.data ? { input: at, nodes } : undefined;
}

/** Where each axis of the result comes from. */
const axesOf = (nodes: readonly Node[], rank: number): readonly number[] =>
  nodes
    .filter(({ opType }) => opType === 'Transpose')
    .reduce<readonly number[]>(
      (axes, node) => (intsOf(node, 'perm') ?? axes.map((_, i) => rank - 1 - i)).map((axis) => axes[axis]!),
      Array.from({ length: rank }, (_, i) => i),
    );

/**
 * Preprocessing as a table: `value` is floats [N, C, H, W] that are worked out from uint8 pixels, [N, H, W, C] or
 * [N, C, H, W], by operators that look at one pixel alone, with constants for all or for each channel. Each of the 256
 * pixels is sent through the operators themselves, so the integers are those that floats would have given.
 */
export function pixelTable(
  value: Value,
  target: Target,
  context: IntegerContext,
  name: string,
): IntegerTensor | undefined {
  const chain = chainOf(value, context);
  if (!chain || chain.nodes.length === 0) return undefined;
  const given = context.shape(chain.input);
  const shape = context.shape(value);
  const axes = axesOf(chain.nodes, given.length);
  if (given.length !== 4 || sizeOf(shape) !== sizeOf(given)) return undefined;
  const [, channelAxis, ...spatial] = axes;
  const planar = channelAxis === 1;
  if (axes[0] !== 0 || (!planar && channelAxis !== 3) || spatial[0]! > spatial[1]!) return undefined;
  const channels = shape[1]!;
  // All pixels along the first spatial axis of the input, for every channel.
  const range = given.map((_, axis) => (axis === channelAxis ? channels : axis === spatial[0] ? 256 : 1));
  const every = Uint8Array.from({ length: channels * 256 }, (_, i) => (planar ? i % 256 : i / channels));
  const results = applyChain(chain, tensorOf('uint8', range, every), context);
  if (results?.shape.join() !== [1, channels, 256, 1].join()) return undefined;
  const table = tableOf(results.data as Float32Array, target);
  const perChannel = table.some((x, i) => x !== table[i % 256]);
  const constant = context.writer.constant(
    `${chain.input.name}_table`,
    perChannel ? [channels, 256] : [256],
    perChannel ? table : table.slice(0, 256),
  );
  const inner = shape[2]! * shape[3]!;
  const result = context.writer.emit(
    pixelsInt8,
    { outer: shape[0]!, inner, channels, planar: planar ? 1 : 0, perChannel: perChannel ? 1 : 0 },
    [context.plain(chain.input), constant],
    { name, shape: [shape[0]!, shape[2]!, shape[3]!, channels] },
  );
  return { value: result, quantization: target, shape, channels };
}

/** What the operators make of `pixels`; undefined where constants do not fit, as a mean picture would not. */
function applyChain({ nodes }: Chain, pixels: Tensor, context: IntegerContext): Tensor | undefined {
  let at = pixels;
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => input && (constantTensor(context, input) ?? at));
    const known = inputs.every(
      (input) =>
        !input || input === at || input.shape.every((size, i) => fits(size, at.shape, i - input.rank)),
    );
    if (!known) return undefined;
    [at] = applyNode(node, inputs) as [Tensor];
  }
  return at;
}

const fits = (size: unknown, shape: Tensor['shape'], fromEnd: number): boolean =>
  size === 1 || size === shape.at(fromEnd);

import { intsOf } from '@trainyard/autograd/passes';
import { Node, Value } from '@trainyard/onnx-ir';
import type { IntegerContext } from '../context.ts';
import type { IntegerTensor } from '../tensors.ts';
import { channelsLast } from '../window.ts';
import { type IntegerRule, nameOf } from './rule.ts';

/** Another shape of the same elements: no code, as long as the order of memory can be said of the new shape too. */
export const reshapeRule: IntegerRule = {
  operators: ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'],
  lower(node, _, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const shape = context.shape(node.outputs[0]!);
    const kept = shape[0] === input.shape[0] ? input : context.writer.plain(input);
    return { ...kept, shape };
  },
};

/** The axes of a tensor in the order of its memory, those of size 1 left out; undefined where memory is none of them. */
function memoryAxes({ channels, shape }: IntegerTensor): readonly number[] | undefined {
  const axes = shape.map((_, i) => i);
  if (channels === undefined) return axes;
  return channels === shape[1] ? channelsLast(axes) : undefined;
}

/** Transpose: no code where memory lies as the result wants it. */
export const transposeRule: IntegerRule = {
  operators: ['Transpose'],
  lower(node, _, context) {
    const input = context.numbers(node.inputs[0]);
    if (!input) return 'its input is float';
    const axes = input.shape.map((_, i) => i);
    const order = intsOf(node, 'perm') ?? axes.toReversed();
    const shape = order.map((axis) => input.shape[axis]!);
    const significant = (list: readonly number[]) => list.filter((axis) => input.shape[axis] !== 1).join();
    const memory = memoryAxes(input);
    if (memory && significant(memory) === significant(order)) return { ...input, shape, channels: undefined };
    if (memory && shape.length > 2 && significant(memory) === significant(channelsLast(order)))
      return { ...input, shape, channels: shape[1] };
    return asItIs(node, input, context);
  },
};

/** The operator itself, on integers in ONNX's order. */
function asItIs(node: Node, input: IntegerTensor, context: IntegerContext): IntegerTensor {
  const { writer } = context;
  const plain = writer.plain(input);
  const shape = context.shape(node.outputs[0]!);
  const value = new Value(writer.fresh(node.outputs[0]!.name), { dtype: 'int8', shape });
  const others = node.inputs.slice(1).map((other) => other && context.plain(other));
  writer.node(
    new Node(node.opType, [writer.shaped(plain, plain.shape), ...others], [value], {
      name: nameOf(node),
      attributes: node.attributes,
    }),
  );
  return { value, quantization: input.quantization, shape, channels: undefined };
}

/** Operators that only move elements, and that work on bytes as on floats. */
export const moveRule: IntegerRule = {
  operators: ['Expand', 'Slice', 'Tile', 'Gather', 'DepthToSpace', 'SpaceToDepth'],
  lower(node, _, context) {
    const input = context.numbers(node.inputs[0]);
    return input ? asItIs(node, input, context) : 'its input is float';
  },
};

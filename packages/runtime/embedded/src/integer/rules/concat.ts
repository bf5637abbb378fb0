import { axisOf, intOf } from '@trainyard/autograd/passes';
import { Node, Value } from '@trainyard/onnx-ir';
import { channelsLast } from '../window.ts';
import { type IntegerRule, nameOf } from './rule.ts';

/** Concat of tensors that are first brought to the scale of the result, each by a table where it has another one. */
export const concatRule: IntegerRule = {
  operators: ['Concat'],
  lower(node, target, context) {
    const inputs = node.inputs.map((input) => context.numbers(input)).filter((input) => input !== undefined);
    if (inputs.length !== node.inputs.length) return 'one of its inputs is float';
    const { writer } = context;
    const shape = context.shape(node.outputs[0]!);
    const rank = shape.length;
    const axis = axisOf(intOf(node, 'axis', 0), rank);
    const last = rank > 2 && inputs.some(({ channels }) => channels !== undefined);
    const order = (dims: readonly number[]) => (last ? channelsLast(dims) : [...dims]);
    const operands = inputs.map((input) => {
      const scaled = context.rescaled(input, target, `${input.value.name}_rescaled`);
      const placed = last ? writer.interleaved(scaled, scaled.shape[1]!) : writer.plain(scaled);
      return writer.shaped(placed, order(placed.shape));
    });
    const value = new Value(writer.fresh(node.outputs[0]!.name), { dtype: 'int8', shape: order(shape) });
    const at = order(shape.map((_, i) => i)).indexOf(axis);
    writer.node(
      new Node('Concat', operands, [value], {
        name: nameOf(node),
        attributes: new Map([['axis', { kind: 'int', value: at }]]),
      }),
    );
    return { value, quantization: target, shape, channels: last ? shape[1] : undefined };
  },
};

import { intOf } from '@trainyard/autograd/passes';
import type { Axis } from '../atoms.ts';
import type { Rule, RuleContext } from '../coupling.ts';

const mixed = (name: string) => `node "${name}" reads it beside something that keeps its size`;

/**
 * With one group, inputs are tied to the weight's second axis, and its first axis makes the channels.
 * With several, a group goes with all its inputs and outputs, or stays.
 */
export const conv: Rule = (node, context) => {
  const [x, w, b] = node.inputs;
  const [batch, channels, ...space] = context.layout(x);
  const [filters, inputs, ...taps] = context.layout(w);
  context.freeze([...space, ...taps], `node "${node.name}" convolves over it`);
  const groups = intOf(node, 'group', 1);
  if (groups === 1) context.tie([channels, inputs], mixed(node.name));
  else {
    context.freeze([inputs], `node "${node.name}" has groups of this size`);
    tieGroups(context, node.name, groups, [channels, filters]);
    cutGroups(context, node, channels, context.shape(w)[1]!);
  }
  if (b) context.tie([filters, context.layout(b)[0]], mixed(node.name));
  context.produce(node, filters);
  context.setLayout(node.outputs[0], [batch, filters, ...space.map(() => undefined)]);
};

export const convTranspose: Rule = (node, context) => {
  const [x, w, b] = node.inputs;
  const [batch, channels, ...space] = context.layout(x);
  const [inputs, filters, ...taps] = context.layout(w);
  context.freeze([...space, ...taps], `node "${node.name}" convolves over it`);
  const groups = intOf(node, 'group', 1);
  context.tie([channels, inputs], mixed(node.name));
  let made = filters;
  if (groups > 1) {
    context.freeze([filters], `node "${node.name}" has groups of this size`);
    made = context.atoms.fresh(context.shape(w)[1]! * groups);
    tieGroups(context, node.name, groups, [channels, made]);
    cutGroups(context, node, channels, context.shape(w)[0]! / groups);
  }
  if (b) context.tie([made, context.layout(b)[0]], mixed(node.name));
  context.produce(node, groups > 1 ? inputs : filters);
  context.setLayout(node.outputs[0], [batch, made, ...space.map(() => undefined)]);
};

function tieGroups(
  context: RuleContext,
  name: string,
  groups: number,
  axes: readonly (Axis | undefined)[],
): void {
  if (axes.some((axis) => !axis)) {
    context.freeze(axes, mixed(name));
    return;
  }
  for (let group = 0; group < groups; group++) {
    const blocks = axes.map((axis) => {
      const size = axis!.length / groups;
      return axis!.subarray(group * size, (group + 1) * size);
    });
    context.atoms.merge(Int32Array.from(blocks.flatMap((block) => [...block])));
  }
}

function cutGroups(
  context: RuleContext,
  node: Parameters<Rule>[0],
  channels: Axis | undefined,
  groupSize: number,
): void {
  if (channels)
    context.fixup((cut) => {
      if (cut.changes(channels))
        node.attributes.set('group', { kind: 'int', value: cut.size(channels) / groupSize });
    });
}

export const gemm: Rule = (node, context) => {
  const [a, b, c] = node.inputs;
  const [rows, inner] = flipped(context.layout(a), intOf(node, 'transA', 0));
  const [weights, columns] = flipped(context.layout(b), intOf(node, 'transB', 0));
  context.tie([inner, weights], mixed(node.name));
  const bias = context.layout(c);
  bias.slice(-2).forEach((axis, i, { length }) => {
    const isColumn = i === length - 1;
    const size = context.shape(node.outputs[0])[isColumn ? 1 : 0];
    if (context.shape(c)[i] === size && size !== 1)
      context.tie([isColumn ? columns : rows, axis], mixed(node.name));
  });
  context.produce(node, columns);
  context.setLayout(node.outputs[0], [rows, columns]);
};

const flipped = <T>([a, b]: readonly T[], flip: number): [T, T] => (flip ? [b!, a!] : [a!, b!]);

export const matMul: Rule = (node, context) => {
  const [a, b] = node.inputs.map((input) => context.layout(input));
  const [output] = node.outputs;
  if (a!.length < 2 || b!.length < 2) {
    context.freeze([...a!, ...b!], `node "${node.name}" multiplies with a vector`);
    context.setLayout(
      output,
      context.shape(output).map(() => undefined),
    );
    return;
  }
  context.tie([a!.at(-1), b!.at(-2)], mixed(node.name));
  const batch = context.shape(output).slice(0, -2);
  const layout = batch.map((size, i) => {
    const axes = node.inputs.flatMap((input) => {
      const at = i - batch.length + context.shape(input).length - 2;
      return at >= 0 && context.shape(input)[at] === size ? [context.layout(input)[at]] : [];
    });
    return context.tie(axes, mixed(node.name));
  });
  context.produce(node, b!.at(-1));
  context.setLayout(output, [...layout, a!.at(-2), b!.at(-1)]);
};

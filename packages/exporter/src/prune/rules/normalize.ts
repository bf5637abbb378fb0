import { axisOf, intOf } from '@trainyard/autograd/passes';
import type { Rule } from '../coupling.ts';

const reason = (name: string) => `node "${name}" normalizes it beside something that keeps its size`;

/** Scale, bias and statistics have one number a channel. */
export const batchNormalization: Rule = (node, context) => {
  const [x, ...state] = node.inputs;
  const layout = context.layout(x);
  const channels = context.tie(
    [layout[1], ...state.map((value) => context.layout(value)[0])],
    reason(node.name),
  );
  if (node.opType === 'BatchNormalization') context.scale(context.layout(state[0])[0]);
  context.setLayout(node.outputs[0], layout.with(1, channels));
};

/** Channels of one group share their statistics, so a group goes whole. */
export const groupNormalization: Rule = (node, context) => {
  const [x, ...state] = node.inputs;
  const layout = context.layout(x);
  const [, channels] = layout;
  const groups = intOf(node, 'num_groups', 1);
  const perGroup = context.shape(x)[1]! / groups;
  for (let group = 0; channels && group < groups; group++)
    context.atoms.merge(channels.subarray(group * perGroup, (group + 1) * perGroup));
  // Opset 18 has one scale a group, opset 21 one a channel.
  for (const value of state) {
    const [axis] = context.layout(value);
    const perChannel = axis?.length === context.shape(x)[1];
    const groupHeads = channels?.filter((_, i) => i % perGroup === 0);
    context.tie([axis, perChannel ? channels : groupHeads], reason(node.name));
  }
  if (channels)
    context.fixup((cut) => {
      if (cut.changes(channels))
        node.attributes.set('num_groups', { kind: 'int', value: cut.size(channels) / perGroup });
    });
  context.setLayout(node.outputs[0], layout);
};

/** Operators whose every result depends on all elements along `axis`, or along it and those after it. */
export const mixesAxes =
  (fallback: (opset: number) => number, alsoAfter: (opset: number) => boolean): Rule =>
  (node, context) => {
    const [x, ...rest] = node.inputs;
    const layout = context.layout(x);
    const axis = axisOf(intOf(node, 'axis', fallback(context.opset)), layout.length);
    const isMixed = (i: number) => i === axis || (i > axis && alsoAfter(context.opset));
    const why = `node "${node.name}" (${node.opType}) mixes all of it`;
    context.freeze(
      layout.filter((_, i) => isMixed(i)),
      why,
    );
    for (const input of rest) context.freeze(context.layout(input), why);
    for (const output of node.outputs)
      context.setLayout(
        output,
        context.shape(output).map((_, i) => (isMixed(i) ? undefined : layout[i])),
      );
  };

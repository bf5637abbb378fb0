import { axisOf, intOf, intsOf } from '@trainyard/autograd/passes';
import type { Rule } from '../coupling.ts';

/** Pooling keeps batch and channels. */
export const pool: Rule = (node, context) => {
  const [batch, channels, ...space] = context.layout(node.inputs[0]);
  context.freeze(space, `node "${node.name}" pools over it`);
  for (const output of node.outputs)
    context.setLayout(output, [batch, channels, ...space.map(() => undefined)]);
};

/** Axes that keep their size stay what they are. A target given as sizes may name the channels too. */
export const resize: Rule = (node, context) => {
  const [x, , , sizes] = node.inputs;
  const [output] = node.outputs;
  const layout = context.layout(x);
  const isKept = (i: number) => context.shape(x)[i] === context.shape(output)[i];
  context.freeze(
    layout.filter((_, i) => !isKept(i)),
    `node "${node.name}" resizes it`,
  );
  const targets = node.opType === 'Resize' ? context.elements(sizes) : undefined;
  const axes = (intsOf(node, 'axes') ?? [...layout.keys()]).map((axis) => axisOf(axis, layout.length));
  if (targets)
    context.fixup((cut) => {
      const smaller = targets.map((size, i) => {
        const axis = layout[axes[i]!];
        return cut.changes(axis) ? cut.size(axis) : size;
      });
      if (smaller.some((size, i) => size !== targets[i]))
        node.setInput(3, cut.constant(`${node.name}/sizes`, smaller));
    });
  context.setLayout(
    output,
    layout.map((axis, i) => (isKept(i) ? axis : undefined)),
  );
};

/** Padding of the channels themselves would put constants among them. */
export const padding: Rule = (node, context) => {
  const [x] = node.inputs;
  const [output] = node.outputs;
  const layout = context.layout(x).map((axis, i) => {
    if (context.shape(x)[i] === context.shape(output)[i]) return axis;
    context.freeze([axis], `node "${node.name}" pads it`);
    return undefined;
  });
  context.setLayout(output, layout);
};

/** Axes that are reduced keep their sizes; the others stay what they are, further to the left without `keepdims`. */
export const reduction: Rule = (node, context) => {
  const [x, axesInput] = node.inputs;
  const [output] = node.outputs;
  const layout = context.layout(x);
  const isArg = node.opType.startsWith('Arg');
  const axes = isArg
    ? [intOf(node, 'axis', 0)]
    : (intsOf(node, 'axes') ?? context.elements(axesInput) ?? layout.map((_, i) => i));
  const reduced = new Set(axes.map((axis) => axisOf(axis, layout.length)));
  context.freeze(
    layout.filter((_, i) => reduced.has(i)),
    `node "${node.name}" reduces it to one number`,
  );
  const kept = layout.map((axis, i) => (reduced.has(i) ? undefined : axis));
  const isFlat = context.shape(output).length < layout.length;
  context.setLayout(output, isFlat ? kept.filter((_, i) => !reduced.has(i)) : kept);
};

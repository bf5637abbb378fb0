import { axisOf, intOf, intsOf } from '@trainyard/autograd/passes';
import type { Value } from '@trainyard/onnx-ir';
import type { Axis } from '../atoms.ts';
import type { Rule, RuleContext } from '../coupling.ts';
import { matchBlocks, reshapeLayout } from '../reshape-layout.ts';

/** Reshape, Flatten, Squeeze and Unsqueeze: the same elements in the same order. */
export const reshaping: Rule = (node, context) => {
  const [x, target] = node.inputs;
  const [output] = node.outputs;
  const [from, to] = [context.shape(x), context.shape(output)];
  const layout = reshapeLayout(
    context.atoms,
    context.layout(x),
    from,
    to,
    `node "${node.name}" (${node.opType})`,
  );
  context.setLayout(output, layout);
  if (node.opType !== 'Reshape') return;
  const wanted = context.elements(target)!;
  const open = openTarget(target, wanted, from, to, node.attributes.has('allowzero'));
  context.fixup((cut) => {
    if (!layout.some((axis) => cut.changes(axis))) return;
    const smaller = open.map((size, i) => (cut.changes(layout[i]) && size > 0 ? cut.size(layout[i]!) : size));
    node.setInput(1, cut.constant(`${node.name}/shape`, smaller));
  });
};

/** The target with the batch left open where it was computed from it, as the constant must not fix its size. */
function openTarget(
  target: Value | undefined,
  wanted: readonly number[],
  from: readonly number[],
  to: readonly number[],
  allowZero: boolean,
): readonly number[] {
  if (target?.data || target?.producer?.opType === 'Constant') return wanted;
  const batch = matchBlocks(from, to).find((block) => block.from.includes(0))!;
  const isCopied = batch.from.length === 1 && batch.to.length === 1 && !allowZero;
  return wanted.map((size, i) => {
    if (i !== batch.to[0] || size <= 0) return size;
    return isCopied ? 0 : wanted.includes(-1) ? size : -1;
  });
}

export const transpose: Rule = (node, context) => {
  const layout = context.layout(node.inputs[0]);
  const perm = intsOf(node, 'perm') ?? [...layout.keys()].reverse();
  context.setLayout(
    node.outputs[0],
    perm.map((axis) => layout[axis]),
  );
};

/** Channels are laid end to end along the axis, and cut alike along the others. */
export const concat: Rule = (node, context) => {
  const inputs = node.inputs.filter((input) => input !== undefined);
  const shape = context.shape(node.outputs[0]);
  const at = axisOf(intOf(node, 'axis', 1), shape.length);
  const layout = shape.map((_, i) => {
    const axes = inputs.map((input) => context.layout(input)[i]);
    if (i !== at) return context.tie(axes, `node "${node.name}" joins it with something that keeps its size`);
    return axes.some((axis) => axis) ? joined(context, inputs, axes, i, node.name) : undefined;
  });
  context.setLayout(node.outputs[0], layout);
};

function joined(
  context: RuleContext,
  inputs: readonly Value[],
  axes: readonly (Axis | undefined)[],
  at: number,
  name: string,
): Axis {
  const parts = inputs.map((input, i) => {
    if (axes[i]) return axes[i];
    const fixed = context.atoms.fresh(context.shape(input)[at]!);
    context.atoms.freeze(fixed, `it enters node "${name}" with a size that can't change`);
    return fixed;
  });
  return Int32Array.from(parts.flatMap((part) => [...part]));
}

/** Parts of the channels; their sizes are written down once they are no longer equal. */
export const split: Rule = (node, context) => {
  const [x] = node.inputs;
  const layout = context.layout(x);
  const at = axisOf(intOf(node, 'axis', 0), layout.length);
  let offset = 0;
  const parts = node.outputs.map((output) => {
    const size = context.shape(output)[at] ?? 0;
    const part = layout[at]?.subarray(offset, offset + size);
    offset += size;
    context.setLayout(output, layout.with(at, part));
    return part;
  });
  context.fixup((cut) => {
    if (!parts.some((part) => cut.changes(part))) return;
    const sizes = parts.map((part) => cut.size(part!));
    node.attributes.delete('num_outputs');
    if (context.opset < 13) node.attributes.set('split', { kind: 'ints', value: sizes });
    else node.setInput(1, cut.constant(`${node.name}/split`, sizes));
  });
};

/** Slices along other axes leave channels as they are. */
export const slice: Rule = (node, context) => {
  const [x] = node.inputs;
  const [output] = node.outputs;
  const axes = context.elements(node.inputs[3]) ?? intsOf(node, 'axes');
  const rank = context.shape(x).length;
  const sliced = new Set((axes ?? context.shape(x).map((_, i) => i)).map((axis) => axisOf(axis, rank)));
  const layout = context.layout(x).map((axis, i) => {
    if (!sliced.has(i)) return axis;
    context.freeze([axis], `node "${node.name}" slices it`);
    return undefined;
  });
  context.setLayout(output, layout);
};

/** Stretching works on axes of size 1; the target names the sizes of the others too, so those stay. */
export const expand: Rule = (node, context) => {
  const [x, target] = node.inputs;
  const [output] = node.outputs;
  const [layout, shape, wanted] = [context.layout(x), context.shape(output), context.elements(target)];
  const lead = shape.length - layout.length;
  const padded = wanted ? [...shape.map(() => 1), ...wanted].slice(-shape.length) : undefined;
  const result = shape.map((size, i) => {
    const axis = layout[i - lead];
    const isFree = padded?.[i] === 1 && context.shape(x)[i - lead] === size;
    if (!isFree) context.freeze([axis], `node "${node.name}" expands it to a given size`);
    return isFree ? axis : undefined;
  });
  context.setLayout(output, result);
};

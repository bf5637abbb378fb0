import { dataTypeCode, type Graph, type Node, toNumbers, type Value } from '@trainyard/onnx-ir';
import { intOf, intsOf } from '../analyze/node-attributes.ts';
import { opsetOf } from '../analyze/operators.ts';
import { fixedData, inputsOf, isAll } from './constants.ts';
import { graphsOf, Outcome, type Pass } from './pass.ts';

/** What the rules look at besides the node. */
interface Facts {
  readonly inputs: ReadonlySet<Value>;
}

/** Whether a node passes its first input on unchanged. */
type Rule = (node: Node, facts: Facts) => boolean;

const isUnread = (value: Value | undefined): boolean => !value || value.uses.size === 0;

/** Same element type, and sizes that are the same numbers or names; what is unknown is not the same. */
function keepsType({ inputs: [x], outputs: [y] }: Node): boolean {
  const [from, to] = [x?.type, y?.type];
  if (!from?.shape || !to?.shape || from.dtype !== to.dtype) return false;
  return (
    from.shape.length === to.shape.length &&
    from.shape.every((dim, i) => dim !== null && dim === to.shape?.[i])
  );
}

const areAll = (node: Node, name: string, wanted: number): boolean =>
  !node.attributes.has(name) || (intsOf(node, name)?.every((x) => x === wanted) ?? false);

/** A window of one element that moves by one. */
const isPointwise: Rule = (node) =>
  node.attributes.has('kernel_shape') &&
  areAll(node, 'kernel_shape', 1) &&
  areAll(node, 'strides', 1) &&
  areAll(node, 'pads', 0) &&
  isUnread(node.outputs[1]);

const hasOneInput: Rule = (node) => node.inputs.length === 1;

/** x ∘ c = x where c is `neutral` everywhere, and does not stretch x. */
const neutral =
  (number: number): Rule =>
  (node, { inputs }) => {
    const data = fixedData(node.inputs[1], inputs);
    if (!data || data.size > 2 ** 16 || !keepsType(node)) return false;
    return isAll(data, number);
  };

const rules: Readonly<Record<string, Rule>> = {
  Identity: () => true,
  // Without a training_mode that is on, from opset 7 on, a Dropout does nothing.
  Dropout: (node, { inputs }) => {
    const mode = node.inputs[2];
    const data = fixedData(mode, inputs);
    return isUnread(node.outputs[1]) && (!mode || (data !== undefined && toNumbers(data)[0] === 0));
  },
  Cast: (node) => {
    const dtype = node.inputs[0]?.type?.dtype;
    return dtype !== undefined && intOf(node, 'to') === dataTypeCode(dtype);
  },
  Transpose: (node) => intsOf(node, 'perm')?.every((axis, i) => axis === i) ?? false,
  Reshape: keepsType,
  Flatten: keepsType,
  Squeeze: keepsType,
  Unsqueeze: keepsType,
  Expand: keepsType,
  Pad: (node, { inputs }) => {
    const pads = intsOf(node, 'pads');
    if (pads) return pads.every((pad) => pad === 0);
    const data = fixedData(node.inputs[1], inputs);
    return data !== undefined && isAll(data, 0);
  },
  Clip: (node) =>
    !node.inputs[1] && !node.inputs[2] && !node.attributes.has('min') && !node.attributes.has('max'),
  AveragePool: isPointwise,
  MaxPool: isPointwise,
  Concat: hasOneInput,
  Sum: hasOneInput,
  Max: hasOneInput,
  Min: hasOneInput,
  Mean: hasOneInput,
  Mul: neutral(1),
  Div: neutral(1),
  Sub: neutral(0),
  Pow: neutral(1),
};

/**
 * Takes out nodes that pass their input on: Identity, Dropout in inference, casts, reshapes, transposes, paddings and
 * poolings that change nothing, products with one.
 */
export const eliminateIdentities: Pass = {
  name: 'eliminateIdentities',
  requires(model) {
    const opset = opsetOf(model);
    return opset < 7 ? `opset ${opset} is older than 7` : undefined;
  },
  run(model) {
    const outcome = new Outcome();
    const graphs = graphsOf(model);
    const facts = { inputs: inputsOf(graphs) };
    for (const graph of graphs)
      for (const node of [...graph.nodes]) {
        const rule = node.domain === '' ? rules[node.opType] : undefined;
        if (!rule?.(node, facts)) continue;
        const why = passOver(graph, node);
        if (why) outcome.refuse(node, why);
        else outcome.changed++;
      }
    return outcome;
  },
};

/** Lets the readers of a node read its input, or says why not. */
function passOver(graph: Graph, node: Node): string | undefined {
  const [from] = node.outputs;
  const [to] = node.inputs;
  if (!from || !to) return 'it has no input or no output';
  if (graph.quantizationAnnotations.some(({ value }) => value === from))
    return 'its result has a quantization annotation';
  if (graph.outputs.includes(from)) {
    if (!to.producer || !graph.nodes.includes(to.producer))
      return 'it gives an input or a constant the name of an output';
    if (graph.outputs.includes(to)) return 'it gives an output a second name';
    if (graph.quantizationAnnotations.some(({ value }) => value === to))
      return 'its input has a quantization annotation';
  }
  to.type = to.type?.shape ? to.type : (from.type ?? to.type);
  graph.replaceValue(from, to);
  graph.remove([node]);
  return undefined;
}

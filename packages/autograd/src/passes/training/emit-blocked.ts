import { type Attribute, type Graph, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { BlockedConv, BlockedDot } from '../../ops/index.ts';
import { sizeOf } from '../../types.ts';
import type { Pass } from '../pass.ts';
import { attributesOf, isCall } from './patterns.ts';

/** ONNX Runtime's operators on channels in blocks, version 1. */
export const runtimeDomain = 'com.microsoft.nchwc';

/**
 * Turns convolutions on channels in blocks into ONNX Runtime's own operator, which takes and gives the same memory
 * under the shape that it has without blocks, and the weight as [M / block, C / block, kH, kW, block, block].
 */
export const emitBlocked: Pass = {
  name: 'emitBlocked',
  run({ graph, opsetImports }) {
    const convs = graph.nodes.filter((node) => isCall(node, BlockedConv));
    for (const node of convs) emitConv(graph, node);
    const dots = graph.nodes.filter((node) => isCall(node, BlockedDot));
    for (const node of dots) emitDot(graph, node);
    const changed = convs.length + dots.length;
    if (changed > 0) opsetImports.set(runtimeDomain, 1);
    return { changed, refused: [] };
  },
};

/** Sizes that are known: the rule that makes these nodes sees to it. */
const sizesOf = ({ type }: Value): readonly number[] => (type?.shape ?? []) as readonly number[];

const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** Nodes in the place of one, named after it. */
function inPlaceOf(graph: Graph, node: Node) {
  const y = node.outputs[0] as Value;
  const nodes: Node[] = [];
  const apply = (
    type: string,
    inputs: (Value | undefined)[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute | undefined>> = {},
    domain = '',
  ): Value => {
    const part = `${type}_${nodes.length}`;
    const result = new Value(`${y.name}/${part}`, { dtype: 'float32', shape: [...shape] });
    const present = Object.entries(attributes).filter((entry): entry is [string, Attribute] => !!entry[1]);
    const name = `${node.name}/${part}`;
    nodes.push(new Node(type, inputs, [result], { name, domain, attributes: new Map(present) }));
    return result;
  };
  let constants = 0;
  const constant = (values: readonly number[]): Value => {
    const data = TensorData.from('int64', [values.length], BigInt64Array.from(values, BigInt));
    const name = `${y.name}/sizes_${constants++}`;
    const value = new Value(name, { dtype: 'int64', shape: [values.length] }, data);
    graph.initializers.push(value);
    return value;
  };
  // Of a tensor that was reshaped before, such as the last node in blocks gives, the one before that will do.
  const reshape = (value: Value, shape: readonly number[]): Value => {
    const { producer } = value;
    const source = (producer?.opType === 'Reshape' && producer.inputs[0]) || value;
    return isShaped(source, shape) ? source : apply('Reshape', [source, constant(shape)], shape);
  };
  const finish = (result: Value): void => {
    graph.insert(nodes, node);
    graph.replaceValue(y, result);
    graph.remove([node]);
  };
  return { apply, constant, reshape, finish };
}

const isShaped = (value: Value, shape: readonly number[]): boolean =>
  sizesOf(value).length === shape.length && sizesOf(value).every((size, i) => size === shape[i]);

const int = (value: number): Attribute => ({ kind: 'int', value });

function emitConv(graph: Graph, node: Node): void {
  const { block, group, pads, strides, relu } = attributesOf(node, BlockedConv);
  const [x, w, b, addend] = node.inputs as [Value, Value, Value | undefined, Value | undefined];
  const y = node.outputs[0] as Value;
  const { apply, reshape, finish } = inPlaceOf(graph, node);
  const [outputs, channels, ...kernel] = sizesOf(w);
  const inBlocks = sizesOf(x).length === 5;
  const [batch, , height, width] = sizesOf(x);
  const pictures = inBlocks ? reshape(x, [batch, channels * group, height, width]) : x;
  const apart =
    inBlocks && group === 1
      ? { sizes: [outputs / block, block, channels / block, block, ...kernel], perm: [0, 2, 4, 5, 3, 1] }
      : { sizes: [outputs / block, block, channels, ...kernel], perm: [0, 2, 3, 4, 1] };
  // Factors of channels are in their order in any case.
  const isFactor = group > 1 && sizeOf(kernel) === 1;
  const turned = isFactor
    ? w
    : apply(
        'Transpose',
        [reshape(w, apart.sizes)],
        apart.perm.map((axis) => apart.sizes[axis]),
        { perm: ints(apart.perm) },
      );
  const weight = reshape(turned, [outputs, channels, ...kernel]);
  const [, , outHeight, outWidth] = sizesOf(y);
  const shape = [batch, outputs, outHeight, outWidth];
  const inputs = [pictures, weight, b, addend && reshape(addend, shape)];
  const attributes = {
    kernel_shape: ints(kernel),
    pads: pads && ints(pads),
    strides: strides && ints(strides),
    group: group > 1 ? int(group) : undefined,
    activation: relu ? ({ kind: 'string', value: 'Relu' } as const) : undefined,
  };
  const given = inputs.slice(0, inputs.findLastIndex(Boolean) + 1);
  finish(reshape(apply('Conv', given, shape, attributes, runtimeDomain), sizesOf(y)));
}

/**
 * Sums of each row, then of all, which rounds less than one sum after the other: the channels of all rows are groups of
 * a depthwise convolution.
 */
function emitDot(graph: Graph, node: Node): void {
  const [x, y] = node.inputs as [Value, Value | undefined];
  const { apply, constant, reshape, finish } = inPlaceOf(graph, node);
  const [batch, blocks, height, width, block] = sizesOf(x);
  const groups = batch * blocks * height * block;
  const rows = reshape(x, [1, groups, 1, width]);
  const sums = y
    ? apply(
        'Conv',
        [rows, reshape(y, [groups, 1, 1, width])],
        [1, groups, 1, 1],
        { kernel_shape: ints([1, width]), group: int(groups) },
        runtimeDomain,
      )
    : apply('GlobalAveragePool', [rows], [1, groups, 1, 1], {}, runtimeDomain);
  const byRow = reshape(sums, [batch, blocks, height, block]);
  const total = apply('ReduceSum', [byRow, constant([0, 2])], [blocks, block], { keepdims: int(0) });
  const channels = reshape(total, [blocks * block]);
  const scalar = new Value(
    `${total.name}/positions`,
    { dtype: 'float32', shape: [1] },
    TensorData.from('float32', [1], Float32Array.of(width)),
  );
  if (!y) graph.initializers.push(scalar);
  finish(y ? channels : apply('Mul', [channels, scalar], [blocks * block]));
}

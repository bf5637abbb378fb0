import { type Attribute, type Graph, Node, TensorData, Value } from '@trainyard/onnx-ir';
import { BlockedConv } from '../../ops/index.ts';
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
    const found = graph.nodes.filter((node) => isCall(node, BlockedConv));
    for (const node of found) emit(graph, node);
    if (found.length > 0) opsetImports.set(runtimeDomain, 1);
    return { changed: found.length, refused: [] };
  },
};

/** Sizes that are known: the rule that makes these nodes sees to it. */
const sizesOf = ({ type }: Value): readonly number[] => (type?.shape ?? []) as readonly number[];

const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

function emit(graph: Graph, node: Node): void {
  const { block, group, pads, strides } = attributesOf(node, BlockedConv);
  const [x, w, b] = node.inputs as [Value, Value, Value | undefined];
  const y = node.outputs[0] as Value;
  const dtype = 'float32';
  const [outputs, channels, ...kernel] = sizesOf(w);
  const nodes: Node[] = [];
  const name = (part: string): string => `${node.name}/${part}`;
  const apply = (
    type: string,
    inputs: Value[],
    shape: readonly number[],
    perm?: readonly number[],
  ): Value => {
    const part = `${type}_${nodes.length}`;
    const result = new Value(`${y.name}/${part}`, { dtype, shape: [...shape] });
    const attributes: [string, Attribute][] = perm ? [['perm', ints(perm)]] : [];
    nodes.push(new Node(type, inputs, [result], { name: name(part), attributes: new Map(attributes) }));
    return result;
  };
  const reshape = (value: Value, shape: readonly number[]): Value => {
    const sizes = new Value(
      `${y.name}/shape_${nodes.length}`,
      { dtype: 'int64', shape: [shape.length] },
      TensorData.from('int64', [shape.length], BigInt64Array.from(shape, BigInt)),
    );
    graph.initializers.push(sizes);
    return apply('Reshape', [value, sizes], shape);
  };

  const inBlocks = sizesOf(x).length === 5;
  const [batch, , height, width] = sizesOf(x);
  const pictures = inBlocks ? reshape(x, [batch, channels * group, height, width]) : x;
  const apart =
    inBlocks && group === 1
      ? { sizes: [outputs / block, block, channels / block, block, ...kernel], perm: [0, 2, 4, 5, 3, 1] }
      : { sizes: [outputs / block, block, channels, ...kernel], perm: [0, 2, 3, 4, 1] };
  const turned = apply(
    'Transpose',
    [reshape(w, apart.sizes)],
    apart.perm.map((axis) => apart.sizes[axis]),
    apart.perm,
  );
  const weight = reshape(turned, [outputs, channels, ...kernel]);
  const [, , outHeight, outWidth] = sizesOf(y);
  const result = new Value(`${y.name}/blocked`, { dtype, shape: [batch, outputs, outHeight, outWidth] });
  const attributes = new Map<string, Attribute>([['kernel_shape', ints(kernel)]]);
  if (pads) attributes.set('pads', ints(pads));
  if (strides) attributes.set('strides', ints(strides));
  if (group > 1) attributes.set('group', { kind: 'int', value: group });
  nodes.push(
    new Node('Conv', b ? [pictures, weight, b] : [pictures, weight], [result], {
      name: name('Conv'),
      domain: runtimeDomain,
      attributes,
    }),
  );
  const back = reshape(result, sizesOf(y));
  graph.insert(nodes, node);
  graph.replaceValue(y, back);
  graph.remove([node]);
}

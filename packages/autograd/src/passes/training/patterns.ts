import { type Graph, type Node, toNumbers, type Value } from '@trainyard/onnx-ir';
import { type AttributeRules, type AttributesOf, fromOnnxAttributes } from '../../attributes.ts';
import type { Op } from '../../op.ts';
import { MaxPoolGrad } from '../../ops/index.ts';

/** Whether a node is a call of the operator. */
export const isCall = <R extends AttributeRules>(node: Node | undefined, op: Op<R>): node is Node =>
  node !== undefined && node.opType === op.type && node.domain === op.domain;

/** The attributes of a call by our names, defaults filled in. */
export const attributesOf = <R extends AttributeRules>(node: Node, op: Op<R>): AttributesOf<R> =>
  fromOnnxAttributes(node.opType, op.rules, node.attributes);

/** The nodes that read a value. */
export const readersOf = (value: Value): Node[] => [...value.uses].map(({ node }) => node);

/** The sizes of a value, where all but the first are numbers; the first, the batch, may have a name. */
export function sizesOf(value: Value | undefined): readonly number[] | undefined {
  const shape = value?.type?.shape;
  return shape?.slice(1).every((dim) => typeof dim === 'number') ? (shape as number[]) : undefined;
}

/** The axes of a reduction, where its input for them is a constant. */
export const axesOf = (value: Value | undefined): number[] | undefined =>
  value?.data && [...toNumbers(value.data)];

/** Whether all numbers of an attribute are the wanted one; so they are where it was left out. */
export const allAre = (values: readonly number[] | undefined, wanted: number): boolean =>
  (values ?? []).every((value) => value === wanted);

/** Whether the windows of a pooling lie side by side and inside of the picture. */
export const isDisjoint = (pooling: AttributesOf<typeof MaxPoolGrad.rules>): boolean =>
  pooling.kernelShape.every((size, i) => size === (pooling.strides?.[i] ?? 1)) &&
  allAre(pooling.dilations, 1) &&
  allAre(pooling.pads, 0) &&
  pooling.ceilMode === 0 &&
  pooling.autoPad === 'NOTSET';

/**
 * The gradients of a pooling, where nothing else reads what it pools, the result of a convolution; else why a rule that
 * changes both has to leave them.
 */
export function poolGradientsOf(graph: Graph, result: Value, pool: Node): Node[] | string {
  const readers = readersOf(result);
  const scatters = readers.filter((node) => isCall(node, MaxPoolGrad));
  const other = readers.find((node) => node !== pool && !scatters.includes(node));
  return other || graph.outputs.includes(result)
    ? `the convolution is read by ${other?.name ?? 'an output'} too`
    : scatters;
}

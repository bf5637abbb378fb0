import { axisOf, intOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';

/** An array as lines along one axis: `outer` times `inner` lines of `size` elements, `inner` apart. */
export interface Lines {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export function linesAlong(shape: readonly number[], axis: number): Lines {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    size: shape[axis] ?? 1,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

/** The attribute `axis` of a node, counted from the front. */
export const axisOfNode = (node: Node, rank: number, otherwise: number): number =>
  axisOf(intOf(node, 'axis', otherwise), rank);

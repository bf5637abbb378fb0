import type { Node } from '@trainyard/onnx-ir';

/** An integer attribute of a node, or `otherwise` where it has none of that name. */
export function intOf(node: Node, name: string, otherwise: number): number;
export function intOf(node: Node, name: string): number | undefined;
export function intOf(node: Node, name: string, otherwise?: number): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : otherwise;
}

/** An integer-list attribute of a node. */
export function intsOf(node: Node, name: string): number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
}

/** A float attribute of a node, or `otherwise` where it has none of that name. */
export function floatOf(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : otherwise;
}

/** `axis` counted from the front; ONNX counts negative ones from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

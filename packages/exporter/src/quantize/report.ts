import type { Model, Node } from '@trainyard/onnx-ir';

/** What a conversion did to one node. */
export interface NodeReport {
  /** The node's name, or its first output's where it has none. */
  readonly node: string;
  readonly opType: string;
  readonly converted: boolean;
  /** How it was converted, or why it was not. */
  readonly note: string;
}

/** A new model, and what became of each node of the old one. */
export interface Conversion {
  readonly model: Model;
  readonly report: readonly NodeReport[];
}

export const nameOf = (node: Node): string => node.name || node.outputs.find(Boolean)?.name || node.opType;

/** Whether a list of node names, first outputs' names or operator types holds the node. */
export function isListed(node: Node, list: readonly string[]): boolean {
  return list.includes(node.name) || list.includes(nameOf(node)) || list.includes(node.opType);
}

import type { Graph, Model, Node } from '@trainyard/onnx-ir';

/** A node that a pass left as it was although it is of the kind that the pass changes, and why. */
export interface Refusal {
  readonly node: string;
  readonly why: string;
}

export interface PassResult {
  /** How many things the pass changed; 0 when the model is what it was. */
  readonly changed: number;
  readonly refused: readonly Refusal[];
}

/**
 * A change of a model that leaves its numbers where they were, and the names of its inputs and outputs.
 * Passes change the model they are given; operators, domains and functions that they do not know are left alone.
 */
export interface Pass {
  readonly name: string;
  /** Why the pass cannot run on this model, or undefined where it can. */
  requires?(model: Model): string | undefined;
  run(model: Model): PassResult;
  /** @throws ModelError when the model is not what the pass promises */
  ensures?(model: Model): void;
}

/** The main graph and the graphs inside its nodes, outermost first. Bodies of functions are not among them. */
export const graphsOf = (model: Model): Graph[] => [model.graph, ...model.graph.subGraphs()];

/** Collects what a pass did. */
export class Outcome implements PassResult {
  changed = 0;
  readonly refused: Refusal[] = [];

  refuse(node: Node, why: string): void {
    const name = node.name || node.outputs.find(Boolean)?.name || '?';
    this.refused.push({ node: `${name} (${node.opType})`, why });
  }
}

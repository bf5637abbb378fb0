import type { Graph, Node, Value } from '@trainyard/onnx-ir';

/** New nodes on their way into a graph, each right behind the value it reads; `apply` puts them all in at once. */
export class Insertions {
  readonly #start: Node[] = [];
  readonly #after = new Map<Node, Node[]>();

  /** Puts nodes behind the producer of `value`, or at the start where it is an input or a constant. */
  behind(value: Value | undefined, ...nodes: Node[]): void {
    const producer = value?.producer;
    if (!producer) this.#start.push(...nodes);
    else this.#after.set(producer, [...(this.#after.get(producer) ?? []), ...nodes]);
  }

  apply(graph: Graph): void {
    graph.nodes = [
      ...this.#start,
      ...graph.nodes.flatMap((node) => [node, ...(this.#after.get(node) ?? [])]),
    ];
  }
}

import type { Tensors } from '@trainyard/autograd';

/**
 * Which worker moves which parameter: the largest first, each to the worker with the fewest elements so far. What an
 * optimizer remembers of a parameter goes with it.
 */
export class Owners {
  readonly #byParameter = new Map<string, number>();

  constructor(params: Tensors, workers: number) {
    const loads = new Array<number>(workers).fill(0);
    for (const [name, { size }] of Object.entries(params).sort(([, a], [, b]) => b.size - a.size)) {
      const lightest = loads.indexOf(Math.min(...loads));
      loads[lightest] += size;
      this.#byParameter.set(name, lightest);
    }
  }

  /** The owner of a tensor of the state, by its packed name; undefined for what is no parameter's, such as a count of steps. */
  of(name: string): number | undefined {
    // `params.conv1.weight`, `optimizer.velocity.conv1.weight`
    const dots = [...name.matchAll(/\./g)].map(({ index }) => index);
    for (const dot of dots) {
      const owner = this.#byParameter.get(name.slice(dot + 1));
      if (owner !== undefined) return owner;
    }
    return undefined;
  }
}

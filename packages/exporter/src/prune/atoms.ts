/** One index along one axis of a tensor, by number. Indices that must be cut together are united. */
export type Axis = Int32Array;

/** For each axis of a tensor its atoms, or undefined where its size can't change. */
export type Layout = readonly (Axis | undefined)[];

/** Which indices of which axes belong together: a union-find over atoms, some of them frozen for a reason. */
export class Atoms {
  readonly #parents: number[] = [];
  readonly #frozen = new Map<number, string>();

  /** Indices that nothing else is tied to yet. */
  fresh(length: number): Axis {
    const first = this.#parents.length;
    for (let i = 0; i < length; i++) this.#parents.push(first + i);
    return Int32Array.from({ length }, (_, i) => first + i);
  }

  /** The atom that stands for all that are cut together with `atom`. */
  root(atom: number): number {
    let at = atom;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!;
      at = this.#parents[at]!;
    }
    return at;
  }

  unite(a: number, b: number): void {
    const [into, from] = [this.root(a), this.root(b)].sort((x, y) => x - y) as [number, number];
    if (into === from) return;
    this.#parents[from] = into;
    const reason = this.#frozen.get(from);
    if (reason !== undefined && !this.#frozen.has(into)) this.#frozen.set(into, reason);
    this.#frozen.delete(from);
  }

  /** Ties two axes of the same length together, index by index. */
  tie(a: Axis, b: Axis): void {
    for (let i = 0; i < a.length; i++) this.unite(a[i]!, b[i]!);
  }

  /** Makes one atom of all atoms in `range`. */
  merge(range: Axis): void {
    for (const atom of range) this.unite(range[0]!, atom);
  }

  /** These indices are never cut; the first reason given stays. */
  freeze(axis: Axis, reason: string): void {
    for (const atom of axis) {
      const root = this.root(atom);
      if (!this.#frozen.has(root)) this.#frozen.set(root, reason);
    }
  }

  /** Why an atom is never cut; undefined where it may be. */
  reason(atom: number): string | undefined {
    return this.#frozen.get(this.root(atom));
  }
}

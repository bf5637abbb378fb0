import type { MetricPoint, Run, Store } from '@trainyard/registry';

interface Known {
  readonly token: number;
  readonly byName: ReadonlyMap<string, readonly MetricPoint[]>;
  /** Whether the run had ended, so that nothing more comes. */
  readonly whole: boolean;
}

/** Runs whose metrics are kept. */
const mostRuns = 16;

/** What runs have logged, of which only the newest is read again: a long run is looked at each second. */
export class LoggedMetrics {
  readonly #store: Pick<Store, 'runs'>;
  /** The one that was asked for last at the end. */
  readonly #known = new Map<string, Known>();

  constructor(store: Pick<Store, 'runs'>) {
    this.#store = store;
  }

  /** By name and step, as `run` is: whoever asks has just read it. */
  async of({ id, token, finished }: Run): Promise<readonly MetricPoint[]> {
    const before = this.#known.get(id);
    // Another worker may log earlier steps once more.
    const kept = before?.token === token ? before : undefined;
    const known = kept?.whole ? kept : await this.#read(id, token, finished !== null, kept);
    this.#known.delete(id);
    this.#known.set(id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostRuns && oldest !== undefined) this.#known.delete(oldest);
    return [...known.byName.values()].flat();
  }

  async #read(id: string, token: number, whole: boolean, kept: Known | undefined): Promise<Known> {
    const ends = [...(kept?.byName ?? [])].map(([name, points]) => [name, points.at(-1)!.step] as const);
    const byName = new Map<string, MetricPoint[]>();
    for (const point of await this.#store.runs.metrics(id, { since: new Map(ends) })) {
      const own = byName.get(point.name);
      if (own) own.push(point);
      else byName.set(point.name, [point]);
    }
    for (const [name, last] of ends) {
      const earlier = kept!.byName.get(name)!.filter(({ step }) => step < last);
      byName.set(name, [...earlier, ...(byName.get(name) ?? [])]);
    }
    return { token, whole, byName: new Map([...byName].sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
}

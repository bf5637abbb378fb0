import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConflictError, NotFoundError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { registerVersions, type StoreFactory } from './store-under-test.cases.ts';

/** The oracle: what the aliases of one model should be, in plain lists. */
interface AliasModel {
  readonly versions: number;
  /** Champions in office, the serving one last. */
  line: number[];
  challenger: number | undefined;
  readonly decisions: { kind: string; version: number }[];
  readonly keys: Map<string, string>;
  /** All who have been champion, in turn; undefined where none was left. */
  readonly champions: (number | undefined)[];
}

const emptyAliasModel = (versions: number): AliasModel => ({
  versions,
  line: [],
  challenger: undefined,
  decisions: [],
  keys: new Map(),
  champions: [],
});

type Kind = 'challenge' | 'refuse' | 'approve' | 'promote' | 'rollback';

/** One call of the registry, and the same in the oracle. */
class Call implements fc.AsyncCommand<AliasModel, Store> {
  readonly kind: Kind;
  readonly version: number;
  readonly key: string | undefined;
  /** The champion that the caller takes to be in office; `undefined` where it doesn't say. */
  readonly seen: number | null | undefined;

  constructor(kind: Kind, version: number, key: string | undefined, seen: number | null | undefined) {
    this.kind = kind;
    this.version = version;
    this.key = key;
    this.seen = seen;
  }

  check = () => true;

  toString = () => `${this.kind}(${this.version}, key ${this.key}, seen ${this.seen})`;

  async run(model: AliasModel, store: Store): Promise<void> {
    const expected = this.#expect(model);
    const outcome = await this.#call(store).then(
      () => 'done',
      (error: unknown) => error,
    );
    if (expected === 'done') expect(outcome).toBe('done');
    else expect(outcome).toBeInstanceOf(expected);
    const { champion, challenger, previous } = await store.aliases.get('m');
    expect([champion?.version, challenger?.version, previous?.version]).toEqual([
      model.line.at(-1),
      model.challenger,
      model.line.at(-2),
    ]);
  }

  #call(store: Store) {
    const reasons = { by: 'model', reason: 'because', ...(this.key !== undefined && { key: this.key }) };
    const id = { model: 'm', version: this.version };
    if (this.kind === 'promote') return store.aliases.promote(id, { ...reasons, over: this.seen });
    if (this.kind === 'rollback')
      return store.aliases.rollback('m', { ...reasons, from: this.seen ?? undefined });
    return store.aliases[this.kind](id, reasons);
  }

  /** Moves the oracle. @returns the class of the error that the registry should throw */
  #expect(model: AliasModel): 'done' | typeof ConflictError | typeof NotFoundError {
    const { kind, version, key, seen } = this;
    const champion = model.line.at(-1);
    const made = key === undefined ? undefined : model.keys.get(key);
    if (made !== undefined)
      return made === `${kind} ${version}` || (kind === 'rollback' && made.startsWith('rollback'))
        ? 'done'
        : ConflictError;
    if (kind !== 'rollback' && version > model.versions) return NotFoundError;
    if (kind === 'promote' && seen !== undefined && seen !== (champion ?? null)) return ConflictError;
    if (kind === 'rollback' && ((seen ?? champion) !== champion || model.line.length < 2))
      return ConflictError;
    if (kind === 'challenge' && version === champion) return ConflictError;
    const about = kind === 'rollback' ? champion! : version;
    model.decisions.push({ kind, version: about });
    if (key !== undefined) model.keys.set(key, `${kind} ${about}`);
    if (kind === 'challenge') model.challenger = version;
    if ((kind === 'promote' || kind === 'refuse') && model.challenger === version)
      model.challenger = undefined;
    if (kind === 'promote' && version !== champion) model.line.push(version);
    if (kind === 'rollback') model.line.pop();
    // Nobody challenges himself.
    if (model.line.at(-1) === model.challenger) model.challenger = undefined;
    if (model.line.at(-1) !== champion) model.champions.push(model.line.at(-1));
    return 'done';
  }
}

/** Calls in any order, on versions that are there and one that is not. */
const aliasCalls = (versions: number) => {
  const kind = fc.oneof(
    { weight: 5, arbitrary: fc.constant<Kind>('promote') },
    { weight: 3, arbitrary: fc.constant<Kind>('rollback') },
    { weight: 2, arbitrary: fc.constantFrom<Kind>('challenge', 'refuse', 'approve') },
  );
  const version = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: versions }) },
    { weight: 1, arbitrary: fc.constant(versions + 1) },
  );
  const mostly = <T>(value: T) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(value) });
  const key = fc.constantFrom('a', 'b', 'c', 'd').chain(mostly);
  const seen = fc.option(version, { nil: null }).chain(mostly);
  const call = fc.tuple(kind, version, key, seen).map((parts) => new Call(...parts));
  return fc.commands([call], { maxCommands: 25, size: 'max' });
};

/** Compares everything that is kept of the moves with the oracle's. */
async function expectHistory(store: Store, model: AliasModel): Promise<void> {
  const decisions = await store.aliases.decisions('m', { limit: 1000 });
  expect(decisions.reverse().map(({ kind, version }) => ({ kind, version }))).toEqual(model.decisions);
  expect(decisions.map(({ number }) => number)).toEqual(model.decisions.map((_, i) => i + 1));
  const changes = (await store.aliases.history('m', { alias: 'champion', limit: 1000 })).reverse();
  expect(changes.map(({ to }) => to ?? undefined)).toEqual(model.champions);
  expect(changes.map(({ from }) => from ?? undefined)).toEqual([undefined, ...model.champions].slice(0, -1));
}

export function testAliasModel(open: StoreFactory, numRuns: number): void {
  test('any calls leave the aliases and their history that plain lists would', async () => {
    let moves = 0;
    await fc.assert(
      fc.asyncProperty(aliasCalls(4), async (calls) => {
        const { store, close } = await open();
        await registerVersions(store, 'm', 4);
        const model = emptyAliasModel(4);
        await fc.asyncModelRun(() => ({ model, real: store }), calls);
        await expectHistory(store, model);
        moves += model.champions.length;
        await close();
      }),
      { numRuns },
    );
    // Calls that are all refused would prove nothing.
    expect(moves).toBeGreaterThan(2 * numRuns);
  }, 120_000);
}

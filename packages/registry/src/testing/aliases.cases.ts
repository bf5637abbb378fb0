import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConflictError, InputError, NotFoundError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { registerVersions, type StoreFactory, type StoreUnderTest } from './store-under-test.cases.ts';

const why = { by: 'test', reason: 'because' };
const digits = (version: number) => ({ model: 'digits', version });

export function testAliases(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
    await registerVersions(store, 'digits', 5);
  });
  afterEach(() => tested.close());

  const numbers = async () => {
    const { champion, challenger, previous } = await store.aliases.get('digits');
    return [champion?.version, challenger?.version, previous?.version];
  };

  test('promotion, refusal and rollback move the aliases, and say why', async () => {
    expect(await numbers()).toEqual([undefined, undefined, undefined]);
    await store.aliases.promote(digits(1), { ...why, over: null });
    await store.aliases.challenge(digits(2), why);
    expect(await numbers()).toEqual([1, 2, undefined]);
    const figures = { pValue: 0.01, counts: [1, 9] };
    const { decision, aliases } = await store.aliases.promote(digits(2), { ...why, over: 1, figures });
    expect(decision).toMatchObject({
      number: 3,
      kind: 'promote',
      version: 2,
      ...why,
      figures,
      generation: 3,
    });
    expect(aliases).toEqual(await store.aliases.get('digits'));
    expect(await numbers()).toEqual([2, undefined, 1]);
    await store.aliases.challenge(digits(3), why);
    await store.aliases.refuse(digits(3), { ...why, reason: 'worse on 8' });
    expect(await numbers()).toEqual([2, undefined, 1]);
    await store.aliases.promote(digits(4), why);
    const back = await store.aliases.rollback('digits', { ...why, from: 4 });
    expect(back.decision).toMatchObject({ kind: 'rollback', version: 4 });
    expect(await numbers()).toEqual([2, undefined, 1]);
    await store.aliases.rollback('digits', why);
    expect(await numbers()).toEqual([1, undefined, undefined]);
    await expect(store.aliases.rollback('digits', why)).rejects.toThrow('a previous champion, got none');
    expect((await store.aliases.history('digits', { alias: 'champion' })).map((c) => [c.from, c.to])).toEqual(
      [
        [2, 1],
        [4, 2],
        [2, 4],
        [1, 2],
        [null, 1],
      ],
    );
    expect((await store.aliases.decisions('digits')).map(({ kind }) => kind)).toEqual([
      'rollback',
      'rollback',
      'promote',
      'refuse',
      'challenge',
      'promote',
      'challenge',
      'promote',
    ]);
    expect(await store.aliases.decisions('digits', { version: 3 })).toHaveLength(2);
  });

  test('a decision about a champion that no longer serves moves nothing', async () => {
    await store.aliases.promote(digits(1), why);
    await store.aliases.promote(digits(2), why);
    await expect(store.aliases.promote(digits(3), { ...why, over: 1 })).rejects.toThrow(
      'promote digits: expected version 1 in office, got version 2; compare with that one',
    );
    await expect(store.aliases.promote(digits(3), { ...why, over: null })).rejects.toThrow(ConflictError);
    await expect(store.aliases.rollback('digits', { ...why, from: 1 })).rejects.toThrow(ConflictError);
    await expect(store.aliases.challenge(digits(2), why)).rejects.toThrow(ConflictError);
    expect(await numbers()).toEqual([2, undefined, 1]);
    expect(await store.aliases.decisions('digits')).toHaveLength(2);
  });

  test('a decision under a key is made once, whatever came after it', async () => {
    const first = await store.aliases.promote(digits(1), { ...why, key: 'job-1' });
    await store.aliases.promote(digits(2), why);
    const again = await store.aliases.promote(digits(1), { ...why, key: 'job-1' });
    expect(again.decision).toEqual(first.decision);
    await store.aliases.promote(digits(2), { ...why, key: 'job-2' });
    await store.aliases.promote(digits(3), why);
    await store.aliases.promote(digits(2), { ...why, key: 'job-2' });
    expect(await numbers()).toEqual([3, undefined, 2]);
    await store.aliases.rollback('digits', { ...why, key: 'job-3' });
    await store.aliases.rollback('digits', { ...why, key: 'job-3' });
    expect(await numbers()).toEqual([2, undefined, 1]);
    await expect(store.aliases.promote(digits(3), { ...why, key: 'job-1' })).rejects.toThrow(ConflictError);
    await expect(store.aliases.refuse(digits(1), { ...why, key: 'job-1' })).rejects.toThrow(ConflictError);
  });

  test('what needs approval waits for it', async () => {
    await store.aliases.challenge(digits(1), why);
    await expect(store.aliases.promote(digits(1), { ...why, approved: true })).rejects.toThrow(
      'approve it first',
    );
    await store.aliases.approve(digits(1), why);
    await store.aliases.refuse(digits(1), why);
    await expect(store.aliases.promote(digits(1), { ...why, approved: true })).rejects.toThrow(
      'approve it first',
    );
    await store.aliases.approve(digits(1), why);
    await store.aliases.promote(digits(1), { ...why, approved: true });
    expect(await numbers()).toEqual([1, undefined, undefined]);
  });

  test('what is not there can not be decided about, nor without a reason', async () => {
    await expect(store.aliases.promote(digits(9), why)).rejects.toThrow(NotFoundError);
    await expect(store.aliases.get('flowers')).rejects.toThrow(NotFoundError);
    await expect(store.aliases.rollback('flowers', why)).rejects.toThrow(NotFoundError);
    for (const reasons of [
      { ...why, reason: ' ' },
      { ...why, by: '' },
      { ...why, figures: { a: Number.NaN } },
    ])
      await expect(store.aliases.promote(digits(1), reasons)).rejects.toThrow(InputError);
    expect(await store.aliases.decisions('digits')).toEqual([]);
  });

  test('of decisions made at once, one comes after the other', async () => {
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((version) => store.aliases.promote(digits(version), { ...why, over: null })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const changes = await store.aliases.history('digits');
    expect(changes.map(({ generation, alias }) => [generation, alias])).toEqual([[1, 'champion']]);
  });
}

import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConflictError, InputError, NotFoundError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { digestFor, type StoreFactory, type StoreUnderTest, unknownId } from './store-under-test.cases.ts';

const drifted = {
  pipeline: 'digits',
  trigger: 'schedule:nightly',
  needed: true,
  reasons: ["the share of class '8' moved: 0.31 > 0.2", 'ß 🙂'],
  report: { features: { mean: { index: 0.31, pValue: 5e-324 } }, classes: [] },
};

export function testChecks(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  test('a check keeps what it found, and the run that followed', async () => {
    const version = { dataset: digestFor('data'), model: 'digits', version: 3 };
    const check = await store.checks.record({ ...drifted, ...version });
    expect(check).toMatchObject({ ...drifted, ...version, key: null, run: null });
    // PGlite's clock counts milliseconds.
    await wait(2);
    const second = await store.checks.record({ ...drifted, needed: false, reasons: [] });
    expect(second).toMatchObject({ needed: false, reasons: [], dataset: null, model: null, version: null });
    const { id: run } = await store.runs.create({
      pipeline: 'digits',
      config: {},
      seeds: 1,
      trigger: 'drift',
    });
    const linked = await store.checks.linkRun(check.id, run);
    expect(linked).toEqual({ ...check, run });
    expect(await store.checks.linkRun(check.id, run)).toEqual(linked);
    const { id: other } = await store.runs.create({ pipeline: 'digits', config: {}, seeds: 1 });
    await expect(store.checks.linkRun(check.id, other)).rejects.toThrow(
      `check ${check.id}: expected to have started run ${other}, got run ${run}`,
    );
    await expect(store.checks.linkRun(check.id, unknownId)).rejects.toThrow(NotFoundError);
    await expect(store.checks.linkRun(unknownId, run)).rejects.toThrow(NotFoundError);
    const glyphs = await store.checks.record({ ...drifted, pipeline: 'glyphs' });
    expect(await store.checks.list()).toEqual([glyphs, second, linked]);
    expect(await store.checks.list({ pipeline: 'digits', limit: 1 })).toEqual([second]);
  });

  test('one key is one check, however many record it at once', async () => {
    const key = 'digits/nightly@2026-11-25T03:00Z';
    const checks = await Promise.all(
      Array.from({ length: 10 }, (_, i) => store.checks.record({ ...drifted, report: { i }, key })),
    );
    for (const check of checks) expect(check).toEqual(checks[0]);
    await expect(store.checks.record({ ...drifted, pipeline: 'glyphs', key })).rejects.toThrow(ConflictError);
    expect(await store.checks.list()).toHaveLength(1);
  });

  test('a check and its run are one transaction', async () => {
    const start = (fails: boolean) =>
      store.transaction(async ({ checks, runs }) => {
        const check = await checks.record({ ...drifted, key: 'slot' });
        const run = await runs.create({ pipeline: 'digits', config: {}, seeds: 1, key: 'slot' });
        await checks.linkRun(check.id, run.id);
        if (fails) throw new Error('after all');
      });
    await expect(start(true)).rejects.toThrow('after all');
    expect([await store.checks.list(), await store.runs.list()]).toEqual([[], []]);
    await start(false);
    await start(false);
    const [check] = await store.checks.list();
    expect((await store.runs.list()).map(({ id }) => id)).toEqual([check!.run]);
  });

  test('what can not be kept is refused', async () => {
    for (const wrong of [
      { pipeline: '..' },
      { trigger: '' },
      { reasons: ['x\0'] },
      { report: { psi: Number.NaN } },
      { dataset: 'data' },
      { model: 'A' },
      { version: 0 },
      { key: '../' },
    ])
      await expect(store.checks.record({ ...drifted, ...wrong })).rejects.toThrow(InputError);
    await expect(store.checks.list({ limit: 0 })).rejects.toThrow(InputError);
    expect(await store.checks.list()).toEqual([]);
  });
}

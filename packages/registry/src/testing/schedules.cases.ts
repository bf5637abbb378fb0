import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError, NotFoundError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';
import type { Schedule } from '../registry/schedules.ts';
import type { Store } from '../store/store.ts';
import type { StoreFactory, StoreUnderTest } from './store-under-test.cases.ts';

const nightly = {
  pipeline: 'digits',
  name: 'nightly',
  cron: '0 3 * * *',
  timeZone: 'Europe/Berlin',
  mode: 'always',
} as const;

export function testSchedules(open: StoreFactory): void {
  let tested: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    tested = await open();
    store = tested.store;
  });
  afterEach(() => tested.close());

  /** Slots of every millisecond, so that one is due whenever the clock has moved on. */
  const everyMillisecond = (_: Schedule, now: Date) => now;

  /** As if the scheduler had been away since then. */
  const setBack = (milliseconds: number) =>
    store.database.query(
      `update trainyard.schedules set last_slot = last_slot - $1 * interval '1 millisecond'`,
      [milliseconds],
    );

  /** What a slot starts: a run under the slot's key. */
  const startRun = async ({ runs }: Registry, { pipeline, name }: Schedule, slot: Date) => {
    const key = `${pipeline}/${name}@${slot.toISOString()}`;
    await runs.create({ pipeline, config: {}, seeds: 1, key, trigger: `schedule:${name}` });
  };

  test('a schedule is made, changed, paused and removed', async () => {
    const made = await store.schedules.put(nightly);
    expect(made).toMatchObject({ ...nightly, paused: false });
    const hourly = await store.schedules.put({
      ...nightly,
      name: 'hourly',
      cron: '0 * * * *',
      mode: 'needed',
    });
    const other = await store.schedules.put({ ...nightly, pipeline: 'glyphs' });
    expect(await store.schedules.list()).toEqual([hourly, made, other]);
    expect(await store.schedules.list({ pipeline: 'digits' })).toEqual([hourly, made]);
    expect(await store.schedules.get('digits', 'nightly')).toEqual(made);
    await setBack(60_000);
    const back = made.lastSlot.getTime() - 60_000;
    // The same times go on counting where they were; other ones count from now.
    const same = await store.schedules.put({ ...nightly, mode: 'needed' });
    expect([same.mode, same.lastSlot.getTime()]).toEqual(['needed', back]);
    const moved = await store.schedules.put({ ...nightly, timeZone: 'UTC' });
    expect(moved.lastSlot.getTime()).toBeGreaterThan(back + 59_000);
    expect(moved.created).toEqual(made.created);
    await store.schedules.remove('digits', 'nightly');
    await expect(store.schedules.get('digits', 'nightly')).rejects.toThrow(NotFoundError);
    await expect(store.schedules.remove('digits', 'nightly')).rejects.toThrow(
      'schedule nightly of digits: expected a schedule, got none; make it first',
    );
    await expect(store.schedules.pause('digits', 'nightly', true)).rejects.toThrow(NotFoundError);
  });

  test('nothing is due at once, and what was missed is caught up once', async () => {
    const { lastSlot } = await store.schedules.put(nightly);
    const slots: Date[] = [];
    const take = async (_: Registry, __: Schedule, slot: Date) => void slots.push(slot);
    const everyMinute = (_: Schedule, now: Date) => new Date(Math.floor(now.getTime() / 60_000) * 60_000);
    const before = (_: Schedule, now: Date) => new Date(now.getTime() - 60_000);
    expect(await store.schedules.takeDue(before, take)).toBe(0);
    expect(await store.schedules.takeDue(() => lastSlot, take)).toBe(0);
    expect(await store.schedules.takeDue(() => undefined, take)).toBe(0);
    await setBack(10 * 60_000);
    expect(await store.schedules.takeDue(everyMinute, take)).toBe(1);
    // Only where the tests pass a full minute is there another one.
    const again = await store.schedules.takeDue(everyMinute, take);
    expect(slots).toHaveLength(1 + again);
    if (again === 1) expect(slots[1]!.getTime() - slots[0]!.getTime()).toBe(60_000);
    expect((await store.schedules.get('digits', 'nightly')).lastSlot).toEqual(slots.at(-1));
  });

  test('a pause is not caught up', async () => {
    await store.schedules.put(nightly);
    expect(await store.schedules.pause('digits', 'nightly', true)).toMatchObject({ paused: true });
    await setBack(3_600_000);
    const hourAgo = (_: Schedule, now: Date) => new Date(now.getTime() - 1_800_000);
    const taken: Date[] = [];
    const take = async (_: Registry, __: Schedule, slot: Date) => void taken.push(slot);
    await store.schedules.takeDue(hourAgo, take);
    // Paused twice, resumed twice: the first resumption counts.
    await store.schedules.pause('digits', 'nightly', true);
    const resumed = await store.schedules.pause('digits', 'nightly', false);
    expect(await store.schedules.pause('digits', 'nightly', false)).toEqual(resumed);
    await store.schedules.takeDue(hourAgo, take);
    expect(taken).toEqual([]);
    await setBack(3_600_000);
    await store.schedules.takeDue(hourAgo, take);
    expect(taken).toHaveLength(1);
    // Made anew while it is paused, it takes slots again, from now on.
    await store.schedules.pause('digits', 'nightly', true);
    await setBack(3_600_000);
    expect(await store.schedules.put(nightly)).toMatchObject({ paused: false });
    await store.schedules.takeDue(hourAgo, take);
    expect(taken).toHaveLength(1);
  });

  test('three schedulers at once take each slot once', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await store.schedules.put({ ...nightly, name });
    for (let round = 1; round <= 5; round++) {
      await setBack(3_600_000);
      const slot = new Date(Date.now() - 1_800_000 + round);
      const schedulers = Array.from({ length: 3 }, () => store.schedules.takeDue(() => slot, startRun));
      const taken = (await Promise.all(schedulers)).reduce((sum, count) => sum + count, 0);
      expect(taken).toBe(4);
      await setBack(-3_600_000);
    }
    expect(await store.runs.list()).toHaveLength(20);
  });

  test('a slot whose start fails is not lost, and keeps no other schedule back', async () => {
    for (const name of ['a', 'b', 'c']) await store.schedules.put({ ...nightly, name });
    await setBack(1000);
    let broken = ['a', 'c'];
    const take = async (registry: Registry, schedule: Schedule, slot: Date) => {
      await startRun(registry, schedule, slot);
      if (broken.includes(schedule.name)) throw new Error(`${schedule.name} is broken`);
    };
    await expect(store.schedules.takeDue(everyMillisecond, take)).rejects.toThrow(
      'Error: a is broken; Error: c is broken',
    );
    const started = async () => (await store.runs.list()).map(({ trigger }) => trigger).sort();
    expect(await started()).toEqual(['schedule:b']);
    const lastSlots = async () => (await store.schedules.list()).map(({ lastSlot }) => lastSlot.getTime());
    const [a, b, c] = await lastSlots();
    expect(a! < b! && c! < b!).toBe(true);
    broken = ['a'];
    const notB = (schedule: Schedule, now: Date) => (schedule.name === 'b' ? undefined : now);
    await expect(store.schedules.takeDue(notB, take)).rejects.toThrow(/^a is broken$/);
    expect(await started()).toEqual(['schedule:b', 'schedule:c']);
    broken = [];
    await store.schedules.takeDue(notB, take);
    expect(await started()).toContain('schedule:a');
  });

  test('slots are taken in a transaction of the caller too', async () => {
    for (const name of ['a', 'b']) await store.schedules.put({ ...nightly, name });
    await setBack(1000);
    const working = store.transaction(async ({ schedules, runs }) => {
      const failing = async (registry: Registry, schedule: Schedule, slot: Date) => {
        await startRun(registry, schedule, slot);
        if (schedule.name === 'a') throw new Error('a is broken');
      };
      await expect(schedules.takeDue(everyMillisecond, failing)).rejects.toThrow('a is broken');
      expect((await runs.list()).map(({ trigger }) => trigger)).toEqual(['schedule:b']);
      throw new Error('after all');
    });
    await expect(working).rejects.toThrow('after all');
    expect(await store.runs.list()).toEqual([]);
    expect(await store.schedules.takeDue(everyMillisecond, startRun)).toBe(2);
  });

  test('what is no schedule, and no slot, is refused', async () => {
    for (const wrong of [
      { name: '..' },
      { pipeline: 'A' },
      { cron: ' ' },
      { cron: 'x'.repeat(201) },
      { cron: '* * * * *\0' },
      { timeZone: '' },
      { mode: 'sometimes' as 'always' },
    ])
      await expect(store.schedules.put({ ...nightly, ...wrong })).rejects.toThrow(InputError);
    await store.schedules.put(nightly);
    const { lastSlot } = await store.schedules.get('digits', 'nightly');
    for (const slot of [new Date(Date.now() + 60_000), new Date(Number.NaN)])
      await expect(store.schedules.takeDue(() => slot, startRun)).rejects.toThrow(InputError);
    expect((await store.schedules.get('digits', 'nightly')).lastSlot).toEqual(lastSlot);
    expect(await store.runs.list()).toEqual([]);
  });
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkTimes, lastSlot, nextSlots } from './cron.ts';

const utc = (cron: string) => ({ cron, timeZone: 'UTC' });
const iso = (date: Date) => date.toISOString().slice(0, 16);
const between = (times: { cron: string; timeZone: string }, from: string, to: string) =>
  nextSlots(times, new Date(from), 60)
    .filter((slot) => slot < new Date(to))
    .map(iso);

test('the last slot is at a moment, or before it', () => {
  const at = (time: string) => iso(lastSlot(utc('0 3 * * *'), new Date(time)));
  expect(at('2026-11-25T03:00:00.000Z')).toBe('2026-11-25T03:00');
  expect(at('2026-11-25T03:00:00.500Z')).toBe('2026-11-25T03:00');
  expect(at('2026-11-25T02:59:59.999Z')).toBe('2026-11-24T03:00');
  expect(iso(lastSlot(utc('0 0 29 2 *'), new Date('2027-01-01T00:00Z')))).toBe('2024-02-29T00:00');
});

test('a daily slot is one a day, on the days when clocks change too', () => {
  const berlin = (cron: string) => ({ cron, timeZone: 'Europe/Berlin' });
  // 02:30 is not there on 29 March 2026: it is taken at once after the gap.
  expect(between(berlin('30 2 * * *'), '2026-03-27T12:00Z', '2026-03-31T12:00Z')).toHaveLength(4);
  // 02:30 is there twice on 25 October 2026.
  const autumn = between(berlin('30 2 * * *'), '2026-10-23T12:00Z', '2026-10-27T12:00Z');
  expect(autumn.map((slot) => slot.slice(0, 10))).toEqual([
    '2026-10-24',
    '2026-10-25',
    '2026-10-26',
    '2026-10-27',
  ]);
  const newYork = { cron: '30 1 * * *', timeZone: 'America/New_York' };
  expect(between(newYork, '2026-10-31T12:00Z', '2026-11-03T12:00Z')).toHaveLength(3);
});

test('what is no schedule is refused', () => {
  for (const cron of ['', '* * *', '@daily', '0 0 3 * * *', '61 * * * *', '0 3 * * someday', '0 0 30 2 *'])
    expect(() => checkTimes(utc(cron)), cron).toThrow(/^schedule: expected/);
  for (const timeZone of ['', 'Mars/Olympus', '+02:00', '../UTC'])
    expect(() => checkTimes({ cron: '0 3 * * *', timeZone }), timeZone).toThrow(/expected a time zone/);
  checkTimes({ cron: '*/5 1-4 * jan,jul mon', timeZone: 'Asia/Kolkata' });
});

test('the last slot and the next one enclose every moment', () => {
  const minute = fc.integer({ min: 0, max: 59 });
  const hour = fc.integer({ min: 0, max: 23 });
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
  const moment = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(minute, hour, zone, moment, (m, h, timeZone, now) => {
      const times = { cron: `${m} ${h} * * *`, timeZone };
      const [last, [next]] = [lastSlot(times, now), nextSlots(times, now, 1)];
      expect(last.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(next!.getTime()).toBeGreaterThan(now.getTime());
      expect(lastSlot(times, new Date(next!.getTime() - 1))).toEqual(last);
    }),
    { numRuns: 60 },
  );
});

import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkTimes, lastSlot, nextSlots } from './cron.ts';

const utc = (cron: string) => ({ cron, timeZone: 'UTC' });
const iso = (date: Date) => date.toISOString().slice(0, 16);
const after = (cron: string, timeZone: string, from: string, count: number) =>
  nextSlots({ cron, timeZone }, new Date(from), count).map(iso);

test('the last slot is at a moment, or before it; the next is after it', () => {
  const last = (time: string) => iso(lastSlot(utc('0 3 * * *'), new Date(time)));
  expect(last('2026-11-25T03:00:00.000Z')).toBe('2026-11-25T03:00');
  expect(last('2026-11-25T03:00:00.001Z')).toBe('2026-11-25T03:00');
  expect(last('2026-11-25T02:59:59.999Z')).toBe('2026-11-24T03:00');
  const next = (time: string) => after('0 3 * * *', 'UTC', time, 1)[0];
  expect(next('2026-11-25T03:00:00.000Z')).toBe('2026-11-26T03:00');
  expect(next('2026-11-25T02:59:59.999Z')).toBe('2026-11-25T03:00');
});

test('months of any length, leap days, and days of month or of week', () => {
  expect(after('0 0 31 * *', 'UTC', '2026-01-31T00:00Z', 3)).toEqual([
    '2026-03-31T00:00',
    '2026-05-31T00:00',
    '2026-07-31T00:00',
  ]);
  expect(iso(lastSlot(utc('0 0 29 2 *'), new Date('2027-01-01T00:00Z')))).toBe('2024-02-29T00:00');
  // 2100 has no 29 February.
  expect(after('0 0 29 2 *', 'UTC', '2096-03-01T00:00Z', 1)).toEqual(['2104-02-29T00:00']);
  expect(iso(lastSlot(utc('0 0 29 2 *'), new Date('2104-02-28T00:00Z')))).toBe('2096-02-29T00:00');
  // The 13th, and Fridays.
  expect(after('0 0 13 * fri', 'UTC', '2026-11-10T00:00Z', 3)).toEqual([
    '2026-11-13T00:00',
    '2026-11-20T00:00',
    '2026-11-27T00:00',
  ]);
  expect(after('0 0 L * *', 'UTC', '2027-02-01T00:00Z', 2)).toEqual(['2027-02-28T00:00', '2027-03-31T00:00']);
});

test('a daily time has one slot on days when clocks change, before and after which each look finds it', () => {
  const cases: [cron: string, timeZone: string, from: string, slots: string[]][] = [
    // Left out on 29 March: right after the gap.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', ['28T01:30', '29T01:30', '30T00:30']],
    ['30 2 * * *', 'America/New_York', '2026-03-07T00:00Z', ['07T07:30', '08T07:30', '09T06:30']],
    // There twice: the first counts.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00Z', ['24T00:30', '25T00:30', '26T01:30']],
    ['30 1 * * *', 'America/New_York', '2026-10-31T00:00Z', ['31T05:30', '01T05:30', '02T06:30']],
    // There once, on a day of 23 or 25 hours.
    ['30 1 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['24T23:30', '26T00:30', '27T00:30']],
    // Clocks that change at midnight, by half an hour, by two hours.
    ['0 0 * * *', 'America/Santiago', '2026-09-05T00:00Z', ['05T04:00', '06T04:00', '07T03:00']],
    ['0 0 * * *', 'Africa/Cairo', '2026-04-23T00:00Z', ['23T22:00', '24T21:00', '25T21:00']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', ['04T14:45', '05T15:15', '06T15:15']],
    ['30 2 * * *', 'Antarctica/Troll', '2026-10-24T00:00Z', ['24T00:30', '25T00:30', '26T02:30']],
  ];
  for (const [cron, timeZone, from, slots] of cases) {
    const found = nextSlots({ cron, timeZone }, new Date(from), 3);
    expect(
      found.map((slot) => iso(slot).slice(8)),
      `${cron} ${timeZone}`,
    ).toEqual(slots);
    for (let at = found[0]!.getTime(); at < found[2]!.getTime(); at += 59 * 60_000) {
      const now = new Date(at);
      const known = found.filter((slot) => slot <= now).length;
      expect(iso(lastSlot({ cron, timeZone }, now)), iso(now)).toBe(iso(found[known - 1]!));
      expect(iso(nextSlots({ cron, timeZone }, now, 1)[0]!), iso(now)).toBe(iso(found[known]!));
    }
  }
});

test('what comes each hour goes on as real time does', () => {
  const hours = (from: string) => after('0 * * * *', 'Europe/Berlin', from, 4).map((time) => time.slice(11));
  expect(hours('2026-03-28T23:30Z')).toEqual(['00:00', '01:00', '02:00', '03:00']);
  expect(hours('2026-10-24T23:30Z')).toEqual(['00:00', '01:00', '02:00', '03:00']);
});

test('what is no schedule is refused', () => {
  for (const cron of [
    '',
    '* * *',
    '@daily',
    '0 0 3 * * *',
    '61 * * * *',
    '0 3 * * someday',
    '0 0 30 2 *',
    '0 0 31 2 *',
    'H 3 * * *',
    '0 H(1-3) * * *',
  ])
    for (const look of [checkTimes, (times: typeof zone) => lastSlot(times, new Date())])
      expect(() => look(utc(cron)), cron).toThrow(/^schedule: expected/);
  const zone = utc('0 3 * * *');
  for (const timeZone of ['', 'Mars/Olympus', '+02:00', '../UTC'])
    expect(() => checkTimes({ ...zone, timeZone }), timeZone).toThrow(/expected a time zone/);
  checkTimes({ cron: '*/5 1-4 * jan,jul thu', timeZone: 'Asia/Kolkata' });
});

const field = (least: number, most: number) => {
  const value = fc.integer({ min: least, max: most });
  return fc.oneof(
    fc.constant('*'),
    value.map(String),
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.tuple(fc.constantFrom('*', least), fc.integer({ min: 1, max: most })).map(([a, by]) => `${a}/${by}`),
    fc.uniqueArray(value, { minLength: 2, maxLength: 5 }).map((list) => list.join(',')),
  );
};
// Each month has a 28th: nothing that never comes.
const expression = fc
  .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
  .map((fields) => fields.join(' '));
const moment = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

test('without changes of clocks, slots are those that cron-parser walks to', () => {
  fc.assert(
    fc.property(expression, fc.constantFrom('UTC', 'Asia/Kolkata'), moment, (cron, timeZone, now) => {
      const walk = CronExpressionParser.parse(cron, { tz: timeZone, currentDate: now });
      expect(nextSlots({ cron, timeZone }, now, 3)).toEqual([1, 2, 3].map(() => walk.next().toDate()));
    }),
    { numRuns: 40 },
  );
});

test('the last slot and the next one enclose every moment, in any zone', () => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe');
  fc.assert(
    fc.property(expression, zone, moment, (cron, timeZone, now) => {
      const times = { cron, timeZone };
      const [last, [next]] = [lastSlot(times, now), nextSlots(times, now, 1)];
      expect(last.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(next!.getTime()).toBeGreaterThan(now.getTime());
      expect(lastSlot(times, new Date(next!.getTime() - 1))).toEqual(last);
      expect(lastSlot(times, next!)).toEqual(next);
      expect(nextSlots(times, last, 1)).toEqual([next]);
    }),
    { numRuns: 50 },
  );
});

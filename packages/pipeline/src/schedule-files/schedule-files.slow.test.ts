import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { nextSlots } from '@trainyard/jobs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writePlatformFile } from './index.ts';
import { onCalendar } from './on-calendar.ts';
import { plainCron } from './plain-cron.ts';

const run = promisify(execFile);
const analyze = '/usr/bin/systemd-analyze';

/** Why systemd can't be asked here; undefined where it can, and in CI, where one that is missing is a failure. */
const missing = process.env.CI || existsSync(analyze) ? undefined : `no ${analyze}`;

/** A field of cron, all ways of writing one. */
function field(least: number, most: number, names: readonly string[] = []) {
  const value = fc.integer({ min: least, max: most });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: most });
  return fc.oneof(
    fc.constant('*'),
    value.map(String),
    range,
    fc.tuple(fc.oneof(fc.constant('*'), value, range), step).map(([from, by]) => `${from}/${by}`),
    fc.uniqueArray(value, { minLength: 2, maxLength: 5 }).map((list) => list.join(',')),
    ...(names.length > 0 ? [fc.constantFrom(...names)] : []),
  );
}

// Each month has a 28th: nothing that never comes.
const expression = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    field(1, 28),
    field(1, 12, ['feb', 'JUN']),
    field(0, 6, ['sun', 'Fri', '7']),
  )
  .map((fields) => fields.join(' '));
const moment = fc.date({ min: new Date('2025-01-01'), max: new Date('2029-01-01'), noInvalidDate: true });

/** The next times of calendar events after a moment, any of which counts, as systemd has them. */
async function elapses(lines: readonly string[], from: Date, count: number): Promise<Date[]> {
  const base = `${from.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const { stdout } = await run(
    analyze,
    ['calendar', `--base-time=${base}`, `--iterations=${count}`, ...lines],
    { env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } },
  );
  const found = [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w+ (\S+) (\S+) UTC/g)];
  const times = new Set(found.map(([, day, time]) => Date.parse(`${day}T${time}Z`)));
  return [...times]
    .sort((a, b) => a - b)
    .slice(0, count)
    .map((time) => new Date(time));
}

describe.skipIf(missing)(missing ?? 'systemd', () => {
  test('calendar events come when the schedules of workers do', async () => {
    await fc.assert(
      fc.asyncProperty(
        expression,
        fc.constantFrom('UTC', 'Asia/Kolkata'),
        moment,
        async (cron, timeZone, at) => {
          const from = new Date(Math.floor(at.getTime() / 1000) * 1000);
          const expected = nextSlots({ cron, timeZone }, from, 20);
          expect(await elapses(onCalendar(cron, timeZone), from, 20)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('in a zone whose clocks change, too, but for what is left out in spring', async () => {
    const cases = { '30 2 * * *': 19, '30 1 * * *': 20, '0 3 * * *': 20, '15 4 * * *': 20 };
    for (const [cron, common] of Object.entries(cases))
      for (const [start, count] of [
        ['2026-03-20T12:00Z', common],
        ['2026-10-16T12:00Z', 20],
      ] as const) {
        const times = { cron, timeZone: 'Europe/Berlin' };
        const slots = nextSlots(times, new Date(start), 20).map(Number);
        const events = await elapses(onCalendar(cron, times.timeZone), new Date(start), 20);
        expect(events.map(Number).filter((at) => slots.includes(at)).length, `${cron} ${start}`).toBe(count);
      }
  });

  test('the units are what systemd takes', async () => {
    const out = await mkdtemp(join(tmpdir(), 'trainyard units '));
    try {
      const schedule = { pipeline: 'digits', cron: '*/10 3 1 * sun', timeZone: 'Europe/Berlin' } as const;
      const paths = await writePlatformFile('systemd', { ...schedule, mode: 'needed' }, out);
      const { stderr } = await run(analyze, ['verify', '--man=no', ...paths], {
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${dirname(paths[0]!)}:` },
      });
      expect(stderr.split('\n').filter((line) => line.includes('digits-retrain'))).toEqual([]);
    } finally {
      await rm(out, { recursive: true });
    }
  });
});

test('cron in the words that all platforms share means what it meant', () => {
  fc.assert(
    fc.property(expression, moment, (cron, now) => {
      const times = (written: string) => nextSlots({ cron: written, timeZone: 'UTC' }, now, 20);
      expect(times(plainCron(cron))).toEqual(times(cron));
    }),
    { numRuns: 300 },
  );
});

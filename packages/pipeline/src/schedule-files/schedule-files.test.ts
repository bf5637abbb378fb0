import { CronExpressionParser } from 'cron-parser';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { githubWorkflow } from './github.ts';
import { kubernetesCronJob } from './kubernetes.ts';
import { onCalendar } from './on-calendar.ts';
import { systemdUnits } from './systemd.ts';

const nightly = { pipeline: 'digits', cron: '0 3 * * *', timeZone: 'Europe/Berlin', mode: 'needed' } as const;

test('a CronJob of Kubernetes', () => {
  const files = kubernetesCronJob(nightly);
  expect(Object.keys(files)).toEqual(['digits-retrain.cronjob.yaml']);
  const { kind, spec } = parse(files['digits-retrain.cronjob.yaml']!);
  expect(kind).toBe('CronJob');
  expect(spec).toMatchObject({
    schedule: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    concurrencyPolicy: 'Forbid',
  });
  const [container] = spec.jobTemplate.spec.template.spec.containers;
  expect([...container.command, ...container.args]).toEqual(['npx', 'nx', 'run', 'digits:check']);
});

test('a workflow of GitHub, which knows UTC alone', () => {
  expect(() => githubWorkflow(nightly)).toThrow(/expected times in UTC.*got Europe\/Berlin/);
  const files = githubWorkflow({ ...nightly, timeZone: 'UTC', mode: 'always' });
  expect(Object.keys(files)).toEqual(['.github/workflows/digits-retrain.yml']);
  const { on, jobs } = parse(files['.github/workflows/digits-retrain.yml']!);
  expect(on.schedule).toEqual([{ cron: '0 3 * * *' }]);
  expect(
    jobs.retrain.steps
      .map(({ run }: { run?: string }) => run)
      .filter(Boolean)
      .slice(1),
  ).toEqual(['npm ci', 'npx nx run digits:retrain']);
});

test('a service and a timer of systemd', () => {
  const { 'digits-retrain.service': service, 'digits-retrain.timer': timer } = systemdUnits(nightly);
  expect(service).toContain('ExecStart=/usr/bin/env npx nx run digits:check\n');
  expect(timer).toContain('OnCalendar=*-*-* 03:00:00 Europe/Berlin\n');
  expect(timer).toContain('Persistent=true\n');
});

test('cron as calendar events', () => {
  expect(onCalendar('*/15 9-17 * * mon-fri', 'UTC')).toEqual([
    'Mon,Tue,Wed,Thu,Fri *-*-* 09,10,11,12,13,14,15,16,17:00,15,30,45:00 UTC',
  ]);
  // Cron takes either day.
  expect(onCalendar('30 4 1,15 jan-mar 7', 'UTC')).toEqual([
    '*-01,02,03-01,15 04:30:00 UTC',
    'Sun *-01,02,03-* 04:30:00 UTC',
  ]);
  for (const bad of [
    '0 3 * *',
    '60 3 * * *',
    '0 3 0 * *',
    '0 3 * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
  ])
    expect(() => onCalendar(bad, 'UTC'), bad).toThrow(/^schedule.*expected/);
});

test('calendar events name the times of the library that reads cron here', () => {
  const from = new Date('2026-11-25T12:34:00Z');
  for (const cron of ['7 */5 * * *', '0 0 29 2 *', '10-50/20 1,13 * 6-8 *', '0 12 13 * 5', '5/20 3 * * 0']) {
    const slots = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: from });
    const lines = onCalendar(cron, 'UTC');
    for (let i = 0; i < 30; i++) {
      const slot = slots.next().toDate();
      expect(
        lines.some((line) => names(line, slot)),
        `${cron}: ${slot.toISOString()}`,
      ).toBe(true);
      const before = new Date(slot.getTime() - 60_000);
      const isSlot = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: slot }).prev().toDate();
      if (isSlot.getTime() !== before.getTime())
        expect(
          lines.some((line) => names(line, before)),
          `${cron}: ${before.toISOString()}`,
        ).toBe(false);
    }
  }
});

/** Whether a calendar event names a moment of UTC. */
function names(line: string, at: Date): boolean {
  const [, weekday, month, day, hour, minute] =
    /^(?:([A-Za-z,]+) )?\*-([\d,*]+)-([\d,*]+) ([\d,*]+):([\d,*]+):00 UTC$/.exec(line)!;
  const has = (list: string | undefined, value: number | string) =>
    list === undefined ||
    list === '*' ||
    list.split(',').some((one) => one === String(value).padStart(2, '0'));
  return (
    has(weekday, ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][at.getUTCDay()]!) &&
    has(month, at.getUTCMonth() + 1) &&
    has(day, at.getUTCDate()) &&
    has(hour, at.getUTCHours()) &&
    has(minute, at.getUTCMinutes())
  );
}

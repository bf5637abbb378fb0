import { CronExpressionParser } from 'cron-parser';
import { JobError, messageOf } from './errors.ts';

/** A schedule's times: a cron expression of five fields, and the zone that it is in. */
export interface CronTimes {
  readonly cron: string;
  /** An IANA name such as `Europe/Berlin`. */
  readonly timeZone: string;
}

/** @throws JobError at an expression or a zone that there is not */
export function checkTimes({ cron, timeZone }: CronTimes): void {
  if (cron.trim().split(/\s+/).length !== 5)
    throw new JobError('schedule', 'five fields of cron, such as "0 3 * * *"', JSON.stringify(cron));
  if (!isZone(timeZone))
    throw new JobError('schedule', 'a time zone such as UTC or Europe/Berlin', JSON.stringify(timeZone));
  try {
    parse({ cron, timeZone }, new Date()).next();
  } catch (cause) {
    throw new JobError(
      'schedule',
      'an expression of cron',
      `${JSON.stringify(cron)}: ${messageOf(cause)}`,
      undefined,
      {
        cause,
      },
    );
  }
}

/** The last slot at `now` or before it. */
export function lastSlot(times: CronTimes, now: Date): Date {
  // The library gives what is strictly before.
  return parse(times, new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000))
    .prev()
    .toDate();
}

/** The next slots after `now`. */
export function nextSlots(times: CronTimes, now: Date, count: number): Date[] {
  const slots = parse(times, now);
  return Array.from({ length: count }, () => slots.next().toDate());
}

const parse = ({ cron, timeZone }: CronTimes, currentDate: Date) =>
  CronExpressionParser.parse(cron, { tz: timeZone, currentDate });

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

import { CronExpressionParser, type CronFieldCollection } from 'cron-parser';
import { JobError, messageOf } from './errors.ts';
import { clocksOf, isZone, wallAt } from './wall-clock.ts';

/** A schedule's times: a cron expression of five fields, and the zone that it is in. */
export interface CronTimes {
  readonly cron: string;
  /** An IANA name such as `Europe/Berlin`. */
  readonly timeZone: string;
}

const day = 86_400_000;

/** From one 29 February to the next there are eight years at most. */
const longestWait = 9 * 366;

/** @throws JobError at an expression or a zone that there is not, and at times that never come */
export function checkTimes(times: CronTimes): void {
  nextSlots(times, new Date(), 1);
}

/** The last slot at `now` or before it. @throws JobError as `checkTimes` does */
export function lastSlot(times: CronTimes, now: Date): Date {
  const slots = slotsFrom(times, now, -1);
  for (const slot of slots) if (slot <= now.getTime()) return new Date(slot);
  return never(times.cron);
}

/** The next slots after `now`. @throws JobError as `checkTimes` does */
export function nextSlots(times: CronTimes, now: Date, count: number): Date[] {
  const found: Date[] = [];
  if (count < 1) return found;
  for (const slot of slotsFrom(times, now, 1))
    if (slot > now.getTime() && found.push(new Date(slot)) === count) return found;
  return never(times.cron);
}

/**
 * Slots day by day, from the day before `now` on, or back from the day after it. The library reads the expression; its own
 * walk leaves out slots on days when clocks change, has some twice, and in zones that change at midnight finds no end.
 */
function* slotsFrom({ cron, timeZone }: CronTimes, now: Date, direction: 1 | -1): Generator<number> {
  const fields = read(cron);
  if (!isZone(timeZone))
    throw new JobError('schedule', 'a time zone such as UTC or Europe/Berlin', JSON.stringify(timeZone));
  const today = Math.floor(wallAt(timeZone, now.getTime()) / day) * day;
  for (let since = 0, at = today - direction * day; since < longestWait; since++, at += direction * day) {
    if (!isDay(fields, new Date(at))) continue;
    const slots = slotsOf(fields, timeZone, at);
    yield* direction === 1 ? slots : slots.reverse();
    since = 0;
  }
}

/**
 * The slots of a day, ascending. On days when clocks change, a time of day has one: right after the hour that is left
 * out, and in the first of two equal hours. What comes each hour comes in both, as real time goes on.
 */
function slotsOf({ hour, minute }: CronFieldCollection, timeZone: string, midnight: number): number[] {
  const isHourly = hour.values.length === 24;
  const clocks = clocksOf(timeZone, midnight);
  const moments = new Set<number>();
  for (const h of hour.values)
    for (const m of minute.values) {
      const found = clocks(midnight + (h * 60 + m) * 60_000);
      for (const moment of isHourly ? found : found.slice(0, 1)) moments.add(moment);
    }
  return [...moments].sort((a, b) => a - b);
}

/** Whether the expression names a day; of month or of week where it restricts both, as crontab(5) has it. */
function isDay({ month, dayOfMonth, dayOfWeek }: CronFieldCollection, date: Date): boolean {
  const [at, weekday] = [date.getUTCDate(), date.getUTCDay()];
  if (!month.values.some((value) => value === date.getUTCMonth() + 1)) return false;
  const left = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate() - at;
  const isOfMonth = dayOfMonth.values.some((value) => (value === 'L' ? left === 0 : value === at));
  const isOfWeek = dayOfWeek.values.some((value) =>
    typeof value === 'number'
      ? value % 7 === weekday && (dayOfWeek.nthDay < 1 || Math.ceil(at / 7) === dayOfWeek.nthDay)
      : left < 7 && Number.parseInt(value, 10) % 7 === weekday,
  );
  if (dayOfWeek.isWildcard) return isOfMonth;
  return dayOfMonth.isWildcard ? isOfWeek : isOfMonth || isOfWeek;
}

function read(cron: string): CronFieldCollection {
  if (cron.trim().split(/\s+/).length !== 5)
    throw new JobError('schedule', 'five fields of cron, such as "0 3 * * *"', JSON.stringify(cron));
  // The library draws lots for it, each time anew.
  if (/[\s,]H|^\s*H/.test(cron))
    throw new JobError('schedule', 'times that stay the same', `${JSON.stringify(cron)}, with an H`);
  try {
    return CronExpressionParser.parse(cron).fields;
  } catch (cause) {
    const got = `${JSON.stringify(cron)}: ${messageOf(cause)}`;
    throw new JobError('schedule', 'an expression of cron', got, undefined, { cause });
  }
}

function never(cron: string): never {
  throw new JobError('schedule', 'times that come', `${JSON.stringify(cron)}, which never does`);
}

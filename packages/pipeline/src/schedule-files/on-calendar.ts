import { cronFields } from './cron-fields.ts';

/** As systemd.time(7) has them. */
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * The times of a cron expression as systemd's calendar events, systemd.time(7): a line each, of which any counts. Cron
 * takes day of month or day of week where both are given (crontab(5)), which needs two lines.
 * @throws CommandError at what is no expression of five fields
 */
export function onCalendar(cron: string, timeZone: string): string[] {
  const { minute, hour, day, month, weekday } = cronFields(cron);
  const line = (onDays: readonly number[] | undefined, onWeekdays: readonly number[] | undefined) => {
    const named = onWeekdays ? `${onWeekdays.map((at) => weekdays[at]).join(',')} ` : '';
    return `${named}*-${list(month)}-${list(onDays)} ${list(hour)}:${list(minute)}:00 ${timeZone}`;
  };
  return day && weekday ? [line(day, undefined), line(undefined, weekday)] : [line(day, weekday)];
}

/** Two digits each, so that the lines are as systemd writes them. */
const list = (values: readonly number[] | undefined): string =>
  values ? values.map((value) => String(value).padStart(2, '0')).join(',') : '*';

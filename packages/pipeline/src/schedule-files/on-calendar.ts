import { CommandError } from '../errors.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** As systemd.time(7) has them. */
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

interface Field {
  readonly what: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields = {
  minute: { what: 'a minute', least: 0, most: 59 },
  hour: { what: 'an hour', least: 0, most: 23 },
  day: { what: 'a day of the month', least: 1, most: 31 },
  month: { what: 'a month', least: 1, most: 12, names: months },
  // 7 is Sunday as well.
  weekday: { what: 'a day of the week', least: 0, most: 7, names: days },
} as const satisfies Record<string, Field>;

/**
 * The times of a cron expression as systemd's calendar events, systemd.time(7): a line each, of which any counts. Cron
 * takes day of month or day of week where both are given (crontab(5)), which needs two lines.
 * @throws CommandError at what is no expression of five fields
 */
export function onCalendar(cron: string, timeZone: string): string[] {
  const parts = cron.trim().toLowerCase().split(/\s+/);
  if (parts.length !== 5) throw new CommandError('schedule', 'five fields of cron', JSON.stringify(cron));
  const [minute, hour, day, month, weekday] = Object.values(fields).map((field, i) =>
    valuesOf(parts[i]!, field),
  );
  const line = (onDays: readonly number[] | undefined, onWeekdays: readonly number[] | undefined) => {
    const named =
      onWeekdays &&
      `${[...new Set(onWeekdays.map((at) => at % 7))]
        .sort()
        .map((at) => weekdays[at])
        .join(',')} `;
    return `${named ?? ''}*-${list(month)}-${list(onDays)} ${list(hour)}:${list(minute)}:00 ${timeZone}`;
  };
  if (day && weekday) return [line(day, undefined), line(undefined, weekday)];
  return [line(day, weekday)];
}

/** Two digits each, so that the lines are as systemd writes them. */
const list = (values: readonly number[] | undefined): string =>
  values ? values.map((value) => String(value).padStart(2, '0')).join(',') : '*';

/** The values that a field allows, ascending; undefined for all of them. */
function valuesOf(text: string, field: Field): number[] | undefined {
  if (text === '*' || text === '?') return undefined;
  const all = text.split(',').flatMap((part) => rangeOf(part, field));
  return [...new Set(all)].sort((a, b) => a - b);
}

function rangeOf(part: string, field: Field): number[] {
  const bad = (): never => {
    throw new CommandError(`schedule, ${field.what}`, `values from ${field.least} to ${field.most}`, part);
  };
  const [range, step, ...more] = part.split('/');
  const every = step === undefined ? 1 : Number(step);
  if (more.length > 0 || !Number.isInteger(every) || every < 1) bad();
  const [from, to, ...rest] =
    range === '*'
      ? [field.least, field.what === fields.weekday.what ? 6 : field.most]
      : range!.split('-').map((end) => numberIn(end, field) ?? bad());
  if (rest.length > 0) bad();
  // `5/10` reaches to the end of the field, as cron-parser has it.
  const last = to ?? (step === undefined ? from! : field.most);
  if (last < from!) bad();
  const values: number[] = [];
  for (let value = from!; value <= last; value += every) values.push(value);
  return values;
}

function numberIn(text: string, { least, most, names }: Field): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  const value = named >= 0 ? named + (least === 1 ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : undefined;
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

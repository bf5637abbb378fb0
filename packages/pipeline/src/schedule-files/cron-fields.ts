import { CommandError } from '../errors.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

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

/** The values that each field allows, ascending; undefined where it allows all. Sunday is 0. */
export interface CronFields {
  readonly minute?: readonly number[];
  readonly hour?: readonly number[];
  readonly day?: readonly number[];
  readonly month?: readonly number[];
  /** Where `day` is given too, either of them names a day, as in crontab(5). */
  readonly weekday?: readonly number[];
}

/**
 * What every platform's scheduler understands of an expression; what one alone does (`L`, `#`, `@daily`) is refused.
 * @throws CommandError at what is no expression of five fields
 */
export function cronFields(cron: string): CronFields {
  const parts = cron.trim().toLowerCase().split(/\s+/);
  if (parts.length !== 5) throw new CommandError('schedule', 'five fields of cron', JSON.stringify(cron));
  const [minute, hour, day, month, weekday] = Object.values(fields).map((field, i) =>
    valuesOf(parts[i]!, field),
  );
  // Platforms differ in whether all values, spelled out, are a restriction: where either day will do, they allow all.
  const isAny = (day && day.length === 31) || (weekday && weekday.length === 7);
  const days = { ...(day && { day }), ...(weekday && { weekday }) };
  return {
    ...(minute && { minute }),
    ...(hour && { hour }),
    ...(month && { month }),
    ...(!isAny && days),
  };
}

/** The values that a field allows, ascending; undefined for all of them. */
function valuesOf(text: string, field: Field): number[] | undefined {
  if (text === '*' || text === '?') return undefined;
  const all = text.split(',').flatMap((part) => rangeOf(part, field));
  const values = field === fields.weekday ? all.map((value) => value % 7) : all;
  return [...new Set(values)].sort((a, b) => a - b);
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

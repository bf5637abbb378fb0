import { cronFields } from './cron-fields.ts';

/**
 * The expression in the words that all platforms share: numbers, ranges and lists. Kubernetes and GitHub refuse 7 for
 * Sunday, and read a star with a step as no restriction of the days, or as one.
 * @throws CommandError at what is no expression of five fields
 */
export function plainCron(cron: string): string {
  const { minute, hour, day, month, weekday } = cronFields(cron);
  return [stepsOf(minute, 60), stepsOf(hour, 24), rangesOf(day), rangesOf(month), rangesOf(weekday)].join(
    ' ',
  );
}

// `*/15` for each quarter of an hour, which nobody would list.
function stepsOf(values: readonly number[] | undefined, count: number): string {
  const [first, second] = values ?? [];
  const isStepped =
    first === 0 &&
    second! > 1 &&
    values!.length === Math.ceil(count / second!) &&
    values!.every((value, i) => value === i * second!);
  return isStepped ? `*/${second}` : rangesOf(values);
}

function rangesOf(values: readonly number[] | undefined): string {
  if (!values) return '*';
  const ranges: { from: number; to: number }[] = [];
  for (const value of values) {
    const range = ranges.at(-1);
    if (range && value === range.to + 1) range.to = value;
    else ranges.push({ from: value, to: value });
  }
  return ranges
    .map(({ from, to }) => (from === to ? from : to === from + 1 ? `${from},${to}` : `${from}-${to}`))
    .join(',');
}

import type { Dimension, Parameters, Range } from '@trainyard/jobs';
import { metricName, metricText, type ShownTrial, settingText } from './shown-sweep.ts';

/** A scale from 0 to 1, with its labels. */
export interface PictureAxis {
  readonly name: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** Where each trial is; undefined for one that has no place. In the order of the trials. */
  readonly places: readonly (number | undefined)[];
}

/** Share of a choice's room that its trials spread over, so that their lines can be told apart. */
const spread = 0.62;

/** The axis of a setting. @param trials in the order that they spread in where many have the same setting */
export function settingAxis(
  name: string,
  path: string,
  dimension: Dimension,
  trials: readonly ShownTrial[],
): PictureAxis {
  const settings = trials.map(({ parameters }) => parameters[path]);
  if ('values' in dimension) return choiceAxis(name, dimension.values, settings);
  const place = placeIn(dimension);
  return {
    name,
    ticks: ticksOf(dimension).map((value) => ({ at: place(value), text: settingText(value) })),
    places: settings.map((value) => (typeof value === 'number' ? clamp(place(value)) : undefined)),
  };
}

function choiceAxis(
  name: string,
  values: readonly Parameters[string][],
  settings: readonly (Parameters[string] | undefined)[],
): PictureAxis {
  const numbers = values.filter((value) => typeof value === 'number');
  const ordered = numbers.length === values.length ? [...numbers].sort((a, b) => a - b) : values;
  const texts = ordered.map(settingText);
  const center = (text: string) => (texts.indexOf(text) + 0.5) / texts.length;
  const counts = new Map<string, number>();
  const turns = settings.map((value) => {
    const text = settingText(value);
    const turn = counts.get(text) ?? 0;
    counts.set(text, turn + 1);
    return [text, turn] as const;
  });
  return {
    name,
    ticks: texts.map((text) => ({ at: center(text), text })),
    places: turns.map(([text, turn]) => {
      if (!texts.includes(text)) return undefined;
      const count = counts.get(text)!;
      return center(text) + (((turn + 0.5) / count - 0.5) * spread) / texts.length;
    }),
  };
}

/** The axis of what trials are measured by, over the figures that there are. */
export function metricAxis(metric: string, trials: readonly ShownTrial[]): PictureAxis {
  const values = trials.map(({ value }) => (Number.isFinite(value) ? value : undefined));
  const known = values.filter((value) => value !== undefined);
  const [low, high] = known.length > 0 ? [Math.min(...known), Math.max(...known)] : [0, 1];
  const step = niceStep(high - low || Math.abs(high) || 1);
  const range = { min: Math.floor(low / step + 1e-9) * step, max: Math.ceil(high / step - 1e-9) * step };
  if (range.min === range.max) range.max += step;
  const place = placeIn(range);
  return {
    name: metricName(metric),
    ticks: evenTicks(range, step).map((value) => ({ at: place(value), text: shortFigure(metric, value) })),
    places: values.map((value) => value && clamp(place(value))),
  };
}

/** Without the zeros that a tick need not show. */
const shortFigure = (metric: string, value: number): string =>
  metricText(metric, value).replace(/\.?0+(?= %)/, '');

function placeIn({ min, max, scale }: Range): (value: number) => number {
  return scale === 'log'
    ? (value) => Math.log(value / min) / Math.log(max / min)
    : (value) => (value - min) / (max - min);
}

const clamp = (place: number): number => Math.min(1, Math.max(0, place));

/** Numbers to label: round ones, and both ends where no round one is near. */
function ticksOf(range: Range): number[] {
  const { min, max, scale } = range;
  const round = scale === 'log' ? logTicks(min, max) : evenTicks(range, niceStep(max - min));
  const inside = (range.integer ? round.filter(Number.isInteger) : round).filter(
    (value) => value > min && value < max,
  );
  const place = placeIn(range);
  return [min, ...inside.filter((value) => place(value) > 0.12 && place(value) < 0.88), max];
}

function logTicks(min: number, max: number): number[] {
  const factors = max / min > 150 ? [1] : max / min > 15 ? [1, 3] : [1, 2, 5];
  const decades = Array.from(
    { length: Math.ceil(Math.log10(max)) - Math.floor(Math.log10(min)) + 1 },
    (_, i) => Math.floor(Math.log10(min)) + i,
  );
  return decades.flatMap((decade) => factors.map((factor) => Number(`${factor}e${decade}`)));
}

function evenTicks({ min, max }: Range, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A round step that takes 4 to 8 over a width. */
function niceStep(width: number): number {
  const decade = 10 ** Math.floor(Math.log10(width / 4));
  return decade * ([5, 2, 1].find((factor) => width / (decade * factor) >= 4) ?? 1);
}

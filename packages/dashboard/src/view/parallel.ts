import type { Json, JsonObject } from '@trainyard/registry';
import { axisStyle, type ChartSize, chart, colors, fontSize } from './chart.ts';
import { figure } from './format.ts';
import { type Html, html } from './html.ts';
import { axisText, metricText } from './metrics.ts';

/** A setting that was tried, and how well it did. */
export interface Tried {
  readonly parameters: JsonObject;
  readonly value: number;
}

interface Axis {
  readonly name: string;
  readonly values: readonly Json[];
  /** Names on it, where they are no numbers. */
  readonly names: readonly string[] | undefined;
  readonly logarithmic: boolean;
}

/** Beyond this ratio of the largest to the smallest, a parameter is drawn on a logarithmic axis. */
const manyTimes = 50;
/** A parameter that takes so few values, each of them often, has a place for each. */
const fewSteps = 6;
const shareOfBest = 0.25;

/** Parallel coordinates: a line for each try, through its settings to how well it did; the best are marked. */
export function parallelFigure(metric: string, tried: readonly Tried[]): Html | undefined {
  if (tried.length < 2) return undefined;
  const names = [...new Set(tried.flatMap(({ parameters }) => Object.keys(parameters)))];
  const axes = names.map((name) =>
    axisOf(
      name,
      tried.map(({ parameters }) => parameters[name] ?? null),
    ),
  );
  const best = tried.reduce((a, b) => (b.value > a.value ? b : a));
  const said = `${tried.length} tries. The best one has ${metric} ${metricText(metric, best.value)} with ${names.map((name) => `${name} ${textOf(best.parameters[name])}`).join(', ')}.`;
  return html`<figure class="panel" id="parallel"><figcaption>Settings and ${metric} <span class="note"><span class="keyed"><i class="key-2"></i>the best</span> <span class="keyed"><i class="key-1"></i>the best quarter</span></span></figcaption>
${chart(said, (size) => optionOf(metric, axes, tried, size), 'full')}</figure>`;
}

const textOf = (value: Json | undefined): string =>
  typeof value === 'number'
    ? figure(value)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value ?? null);

function axisOf(name: string, values: readonly Json[]): Axis {
  const numbers = values.filter((value) => typeof value === 'number');
  const different = [...new Set(values)];
  if (numbers.length < values.length)
    return { name, values, names: different.map(textOf).sort(), logarithmic: false };
  if (different.length <= fewSteps && different.length * 2 < values.length)
    return { name, values, names: numbersInOrder(numbers).map(textOf), logarithmic: false };
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return { name, values, names: undefined, logarithmic: low > 0 && high / low >= manyTimes };
}

const numbersInOrder = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

function optionOf(metric: string, axes: readonly Axis[], tried: readonly Tried[], { narrow }: ChartSize) {
  const order = tried.map((_, i) => i).sort((a, b) => tried[a]!.value - tried[b]!.value);
  const quarter = order.length - Math.max(1, Math.round(order.length * shareOfBest));
  const shared = {
    ...(narrow ? { nameLocation: 'middle', nameGap: -16 } : { nameLocation: 'end' }),
    nameTextStyle: { color: colors.ink, fontSize },
    axisLine: { lineStyle: { color: colors.muted } },
    axisTick: { show: false },
    axisLabel: { ...axisStyle.axisLabel, formatter: (value: number | string) => textOf(value) },
  };
  return {
    parallel: narrow
      ? { left: 24, right: 34, top: 28, bottom: 24, layout: 'vertical' }
      : { left: 50, right: 90, top: 40, bottom: 22 },
    parallelAxis: [
      ...axes.map(({ name, names, logarithmic }, dim) => ({
        ...shared,
        dim,
        name,
        ...(names ? { type: 'category', data: names } : { type: logarithmic ? 'log' : 'value', scale: true }),
      })),
      {
        ...shared,
        dim: axes.length,
        name: metric,
        type: 'value',
        scale: true,
        axisLabel: { ...axisStyle.axisLabel, formatter: (value: number) => axisText(metric, value) },
      },
    ],
    // The best one comes last, on top of the others.
    series: [
      {
        type: 'parallel',
        silent: true,
        data: order.map((i, rank) => ({
          value: [
            ...axes.map(({ values, names }) => (names ? textOf(values[i]) : values[i])),
            tried[i]!.value,
          ],
          lineStyle:
            rank === order.length - 1
              ? { color: 'var(--orange)', width: 3, opacity: 1 }
              : rank >= quarter
                ? { color: 'var(--blue)', width: 1.8, opacity: 0.9 }
                : { color: colors.muted, width: 1.2, opacity: 0.4 },
        })),
      },
    ],
  };
}

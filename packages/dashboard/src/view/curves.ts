import type { MetricPoint } from '@trainyard/registry';
import { axisStyle, type ChartSize, chart, colors, fontSize, legendRows, palette } from './chart.ts';
import { figure } from './format.ts';
import { type Html, html } from './html.ts';
import { axisText, isShare, metricText } from './metrics.ts';

/** What one run has logged, and how it is called where several are drawn. */
export interface LoggedRun {
  readonly label?: string;
  readonly points: readonly MetricPoint[];
}

interface Curve {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly points: readonly MetricPoint[];
}

interface Figure {
  readonly title: string;
  readonly unit: 'epoch' | 'step';
  readonly curves: Curve[];
}

/** The first part of a name that says by what a metric is logged, and not what it is of. */
const perStep = 'step';

/**
 * A chart for each metric: `train/loss` and `validation/loss` share one, `step/loss` has another, since its steps are
 * others. Of several runs, each has its colour.
 * @param most as many charts
 */
export function curveFigures(runs: readonly LoggedRun[], most = Number.POSITIVE_INFINITY): Html {
  return html`<div class="pair">${figuresOf(runs).slice(0, most).map(drawFigure)}</div>`;
}

function figuresOf(runs: readonly LoggedRun[]): Figure[] {
  const figures = new Map<string, Figure>();
  for (const [number, { label, points }] of runs.entries()) {
    for (const name of new Set(points.map((point) => point.name))) {
      const own = points.filter((point) => point.name === name);
      const parts = name.split('/');
      const metric = parts.at(-1)!;
      const unit = parts[0] === perStep || parts.length === 1 ? 'step' : 'epoch';
      const title = unit === 'step' ? `${metric} by step` : metric;
      const known = figures.get(title) ?? { title, unit, curves: [] };
      figures.set(title, known);
      const of = unit === 'step' ? undefined : parts.slice(0, -1).join('/');
      const place = label === undefined ? known.curves.length : number;
      known.curves.push({
        name: [label, of].filter((part) => part !== undefined).join(' ') || metric,
        color: palette[place % palette.length]!,
        dashed: of === 'validation',
        points: own,
      });
    }
  }
  // What is logged by epoch says more than what is logged by step.
  return [...figures.values()].sort((a, b) => a.unit.localeCompare(b.unit) || a.title.localeCompare(b.title));
}

function drawFigure({ title, unit, curves }: Figure): Html {
  const show = (value: number) => metricText(title, value);
  const ends = curves.map(({ name, points }) => `${name} ${show(points.at(-1)!.value)}`).join(', ');
  const broken = curves.flatMap(({ name, points }) => {
    const first = points.find(({ value }) => !Number.isFinite(value));
    return first ? [`${name} is ${figure(first.value)} at ${unit} ${first.step}`] : [];
  });
  const option = (size: ChartSize) => optionOf({ title, unit, curves }, size);
  return html`<figure class="panel" id="curve-${title.replaceAll(' ', '-')}"><figcaption>${title} ${curves.length < 3 && html`<span class="note">${ends}</span>`}</figcaption>
${chart(`${title}. At the end: ${ends}.`, option)}${
  broken.length > 0 && html`<p class="failure">${broken.join('; ')}.</p>`
}</figure>`;
}

function optionOf({ title, unit, curves }: Figure, { narrow, width }: ChartSize) {
  const steps = curves.flatMap(({ points }) => [points[0]!.step, points.at(-1)!.step]);
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const rows = legendRows(
    curves.map(({ name }) => name),
    width,
  );
  const longest = Math.max(...curves.map(({ points }) => points.length));
  return {
    grid: {
      left: 52,
      right: narrow ? 14 : 24,
      top: curves.length > 1 ? 16 + 20 * rows : 14,
      bottom: 42,
      outerBoundsMode: 'none',
    },
    legend: {
      top: 0,
      left: 0,
      type: 'plain',
      itemWidth: 26,
      itemGap: 22,
      itemStyle: { opacity: 0 },
      textStyle: { color: colors.ink, fontSize },
      show: curves.length > 1,
    },
    xAxis: {
      ...axisStyle,
      type: 'value',
      min: first,
      max: Math.max(last, first + 1),
      minInterval: 1,
      name: unit,
      nameLocation: 'middle',
      nameGap: 26,
      splitLine: { show: false },
    },
    yAxis: {
      ...axisStyle,
      type: 'value',
      scale: true,
      ...(isShare(title) && { max: 1 }),
      splitNumber: 4,
      axisLine: { show: false },
      axisLabel: {
        ...axisStyle.axisLabel,
        formatter: (value: number) => axisText(title, value),
      },
    },
    series: curves.map(({ name, color, dashed, points }) => ({
      type: 'line',
      name,
      data: points.map(({ step, value }) => [step, Number.isFinite(value) ? value : null]),
      sampling: 'lttb',
      showSymbol: longest < 3,
      symbol: 'circle',
      symbolSize: 7,
      lineStyle: { width: 2.2, color, type: dashed ? [6, 4] : 'solid' },
      itemStyle: { color },
    })),
  };
}

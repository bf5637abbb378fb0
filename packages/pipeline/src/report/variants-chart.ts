import { axisStyle, type ChartSize, chart, colors, fontSize } from './chart.ts';
import { percent, small } from './format.ts';
import type { Html } from './html.ts';
import {
  type Box,
  type LabelledPoint,
  labelBox,
  labelDistance,
  type Placement,
  placeLabels,
} from './place-labels.ts';
import type { Report, ReportVariant } from './schema.ts';

/** One look a precision: colour and shape, so that it can be told without colour too. */
const looks: Record<string, { color: string; symbol: string }> = {
  float32: { color: colors.blue, symbol: 'circle' },
  float16: { color: colors.green, symbol: 'diamond' },
  int8: { color: colors.orange, symbol: 'triangle' },
};
const otherLook = { color: colors.violet, symbol: 'rect' };

const symbolSize = 13;
const labelSize = fontSize - 1;
const farLabel = 15;
const margin = { left: 58, right: 16, top: 44, bottom: 46 };

/** Whether a precision has a look of its own. */
export function isKnownPrecision(precision: string): boolean {
  return Object.hasOwn(looks, precision);
}

/** The variants' accuracy against a figure of theirs, each with its name beside it. */
export function variantsChart(
  report: Report,
  title: string,
  x: (variant: ReportVariant) => number,
  unit: string,
): Html {
  const { variants } = report;
  const said = variants.map(
    (variant) => `${variant.name} ${percent(variant.accuracy)} at ${small(x(variant))} ${unit}`,
  );
  return chart(`Accuracy against ${title}: ${said.join('; ')}.`, (size) => {
    const scale = { ...acrossScale(variants.map(x)), ...accuracyScale(report) };
    const points = variants.map((variant) =>
      toPixels(x(variant), variant.accuracy, variant.name, scale, size),
    );
    const placements = placeLabels(points, plotArea(size), {
      fontSize: labelSize,
      symbolSize,
      obstacles: [referenceLine(report, scale, size)],
    });
    const precisions = [...new Set(variants.map(({ precision }) => precision))];
    return {
      grid: { ...margin, outerBoundsMode: 'none' },
      legend: {
        top: 4,
        left: 0,
        itemGap: 18,
        itemWidth: 13,
        itemHeight: 13,
        textStyle: { color: colors.ink, fontSize },
      },
      xAxis: {
        ...axisStyle,
        type: 'value',
        min: scale.left,
        max: scale.right,
        name: unit,
        nameLocation: 'middle',
        nameGap: 28,
        splitNumber: size.narrow ? 3 : 5,
        splitLine: { show: false },
        axisLabel: {
          ...axisStyle.axisLabel,
          showMinLabel: scale.left === 0,
          showMaxLabel: false,
          formatter: trim,
        },
      },
      yAxis: {
        ...axisStyle,
        type: 'value',
        min: scale.low,
        max: scale.high,
        interval: scale.step,
        axisLine: { show: false },
        axisLabel: { ...axisStyle.axisLabel, formatter: (value: number) => `${trim(value * 100)} %` },
      },
      series: precisions.map((precision, i) => ({
        type: 'scatter',
        name: precision,
        symbol: (looks[precision] ?? otherLook).symbol,
        symbolSize,
        itemStyle: {
          color: (looks[precision] ?? otherLook).color,
          opacity: 1,
          borderColor: colors.raised,
          borderWidth: 1.5,
        },
        data: variants.flatMap((variant, v) =>
          variant.precision === precision
            ? [point(variant.name, [x(variant), variant.accuracy], placements[v]!)]
            : [],
        ),
        ...(i === 0 && marks(report, leaders(points, placements))),
      })),
    };
  });
}

function point(name: string, value: readonly [number, number], placement: Placement) {
  return {
    value,
    label: {
      show: true,
      formatter: name.replace(/[{}]/g, ''),
      color: colors.ink,
      fontSize: labelSize,
      textBorderColor: colors.raised,
      textBorderWidth: 3,
      distance: labelDistance,
      ...placement,
    },
  };
}

/** Thin lines from points to labels that stand too far from them to be understood without. */
function leaders(points: readonly LabelledPoint[], placements: readonly Placement[]): object[] {
  return points.flatMap((point, i) => {
    const placement = placements[i]!;
    if (Math.abs(placement.offset[1]) < farLabel) return [];
    const box = labelBox(point, placement, labelSize, symbolSize / 2);
    const end = {
      x: placement.position === 'right' ? box.left - 1 : box.right + 1,
      y: (box.top + box.bottom) / 2,
    };
    return [[{ x: point.x, y: point.y, lineStyle: { color: colors.muted, type: 'solid', width: 0.8 } }, end]];
  });
}

/** The trained network as a dashed line, and below it what a variant may lose. */
function marks({ reference, accuracyBudget }: Report, leaders: readonly object[]) {
  const line = {
    silent: true,
    symbol: 'none',
    // Decimals that ECharts keeps of the value: with its 2, 98.6 % would be drawn at 99 %.
    precision: 6,
    label: { show: false },
    lineStyle: { color: colors.muted, type: [5, 4], width: 1.5 },
    data: [{ yAxis: reference.accuracy }, ...leaders],
  };
  if (accuracyBudget === undefined) return { markLine: line };
  const area = {
    silent: true,
    itemStyle: { color: colors.muted, opacity: 0.09 },
    data: [[{ yAxis: reference.accuracy - accuracyBudget }, { yAxis: reference.accuracy }]],
  };
  return { markLine: line, markArea: area };
}

interface Scale {
  readonly left: number;
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

function plotArea({ width, height }: ChartSize) {
  return { left: margin.left, top: margin.top - 12, right: width - 2, bottom: height - margin.bottom };
}

function toPixels(x: number, y: number, label: string, scale: Scale, { width, height }: ChartSize) {
  const across = width - margin.left - margin.right;
  const down = height - margin.top - margin.bottom;
  return {
    x: margin.left + ((x - scale.left) / (scale.right - scale.left)) * across,
    y: margin.top + ((scale.high - y) / (scale.high - scale.low)) * down,
    label,
  };
}

/** From 0, but for figures that lie close together. */
function acrossScale(values: readonly number[]): { left: number; right: number } {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (least < most * 0.6 || least === most) return { left: 0, right: most * 1.1 || 1 };
  return { left: least - (most - least) * 0.3, right: most + (most - least) * 0.3 };
}

/** The room of the dashed line. */
function referenceLine({ reference }: Report, scale: Scale, size: ChartSize): Box {
  const { y } = toPixels(scale.left, reference.accuracy, '', scale, size);
  return { left: margin.left, top: y - 1, right: size.width - margin.right, bottom: y + 1 };
}

/**
 * The accuracies with some room, on round numbers, never over 100 %, and never so close that noise looks like a
 * cliff.
 */
export function accuracyScale({ variants, reference, accuracyBudget = 0 }: Report): {
  low: number;
  high: number;
  step: number;
} {
  const values = [
    ...variants.map(({ accuracy }) => accuracy),
    reference.accuracy,
    reference.accuracy - accuracyBudget,
  ];
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  const room = Math.max((top - bottom) * 0.12, 0.001);
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
  const step = steps.find((candidate) => (top - bottom + 2 * room) / candidate <= 5) ?? 0.2;
  const round = (value: number): number => Number(value.toFixed(4));
  const low = Math.max(Math.floor(round((bottom - room) / step)) * step, 0);
  return { low: round(low), high: round(Math.min(Math.ceil(round((top + room) / step)) * step, 1)), step };
}

function trim(value: number): string {
  return String(Number(value.toFixed(3)));
}

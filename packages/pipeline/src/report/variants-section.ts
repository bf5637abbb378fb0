import { bar } from './bar.ts';
import { axisStyle, chart, colors, fontSize } from './chart.ts';
import { bytes, count, large, milliseconds, percent, points, small } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report, ReportVariant } from './schema.ts';

/** One look a precision: colour and shape, so that it can be told without colour too. */
const looks: Record<string, { color: string; symbol: string }> = {
  float32: { color: colors.blue, symbol: 'circle' },
  float16: { color: colors.green, symbol: 'diamond' },
  int8: { color: colors.orange, symbol: 'triangle' },
};
const otherLook = { color: colors.violet, symbol: 'rect' };

const lookOf = (precision: string): { color: string; symbol: string } => looks[precision] ?? otherLook;

/** Accuracy against size and latency, and every figure of every variant in a table. */
export function variantsSection(report: Report): Html {
  return html`<section id="variants" aria-labelledby="variants-title">
<h2 id="variants-title">Variants</h2>
<p class="lead">The same network, made smaller and faster in several ways. Each was run on all
${count(report.dataset.test)} test pictures in ONNX Runtime. The dashed line is the trained network${
    report.accuracyBudget !== undefined && ', the shaded band what a variant may lose'
  }. Top left is best.</p>
<div class="pair">
<figure><figcaption>Accuracy against size</figcaption>${scatter(report, 'size', ({ bytes }) => bytes / 1000, 'kB')}</figure>
<figure><figcaption>Accuracy against latency <span class="note">median, one picture</span></figcaption>${scatter(report, 'latency', ({ latencyMs }) => latencyMs.p50, 'ms')}</figure>
</div>
${variantsTable(report)}
</section>`;
}

function scatter(report: Report, title: string, x: (variant: ReportVariant) => number, unit: string): Html {
  const { variants, reference, accuracyBudget } = report;
  const precisions = [...new Set(variants.map(({ precision }) => precision))];
  const [low, high] = accuracyRange(report);
  const said = variants.map(
    (variant) => `${variant.name} ${percent(variant.accuracy)} at ${small(x(variant))} ${unit}`,
  );
  const marks = {
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: colors.muted, type: [5, 4], width: 1.5 },
      data: [{ yAxis: reference.accuracy }],
    },
    ...(accuracyBudget !== undefined && {
      markArea: {
        silent: true,
        itemStyle: { color: colors.muted, opacity: 0.1 },
        data: [[{ yAxis: reference.accuracy - accuracyBudget }, { yAxis: reference.accuracy }]],
      },
    }),
  };
  return chart(`Accuracy against ${title}: ${said.join('; ')}.`, (narrow) => ({
    grid: {
      left: 4,
      right: 20,
      top: 40,
      bottom: 26,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: { top: 4, left: 0, itemGap: 18, textStyle: { color: colors.ink, fontSize } },
    xAxis: {
      ...axisStyle,
      type: 'value',
      min: 0,
      max: Math.max(...variants.map(x)) * (narrow ? 1.3 : 1.18),
      name: unit,
      nameLocation: 'end',
      nameGap: -18,
      nameTextStyle: { ...axisStyle.nameTextStyle, verticalAlign: 'top', padding: [26, 0, 0, 0] },
      splitNumber: narrow ? 3 : 5,
      splitLine: { show: false },
      axisLabel: { ...axisStyle.axisLabel, showMaxLabel: false, formatter: (value: number) => trim(value) },
    },
    yAxis: {
      ...axisStyle,
      type: 'value',
      min: low,
      max: high,
      splitNumber: 4,
      axisLine: { show: false },
      axisLabel: { ...axisStyle.axisLabel, formatter: (value: number) => `${trim(value * 100)} %` },
    },
    series: precisions.map((precision, i) => ({
      type: 'scatter',
      name: precision,
      ...lookOf(precision),
      symbolSize: 13,
      itemStyle: { color: lookOf(precision).color, borderColor: colors.paper, borderWidth: 1.5 },
      label: {
        show: true,
        position: 'right',
        distance: 6,
        formatter: ({ data }: { data: readonly unknown[] }) => String(data[2]),
        color: colors.ink,
        fontSize: fontSize - 1,
      },
      labelLine: { show: true, lineStyle: { color: colors.muted } },
      labelLayout: { moveOverlap: 'shiftY' },
      data: variants
        .filter((variant) => variant.precision === precision)
        .map((variant) => [x(variant), variant.accuracy, variant.name]),
      ...(i === 0 && marks),
    })),
  }));
}

/** The accuracies with room around them, never over 100 %, and never so close that noise looks like a cliff. */
function accuracyRange({ variants, reference, accuracyBudget = 0 }: Report): [number, number] {
  const values = [
    ...variants.map(({ accuracy }) => accuracy),
    reference.accuracy,
    reference.accuracy - accuracyBudget,
  ];
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  const room = Math.max((top - bottom) * 0.25, 0.0025);
  const step = 0.001;
  const low = Math.max(Math.floor((bottom - room) / step) * step, 0);
  return [Number(low.toFixed(4)), Number(Math.min(Math.ceil((top + room) / step) * step, 1).toFixed(4))];
}

function variantsTable({ variants, reference }: Report): Html {
  const largest = Math.max(...variants.map((variant) => variant.bytes));
  const slowest = Math.max(...variants.map(({ latencyMs }) => latencyMs.p50));
  return html`<div class="scroll" role="region" aria-label="All variants" tabindex="0"><table class="numbers variants">
<thead><tr><th scope="col">Variant</th><th scope="col">Precision</th><th scope="col">Accuracy</th>
<th scope="col"><abbr title="Percentage points against the trained network">Δ points</abbr></th>
<th scope="col"><abbr title="Share of test pictures whose top class is the trained network's">Agreement</abbr></th>
<th scope="col">Size</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">Parameters</th>
<th scope="col"><abbr title="Floating-point operations for one picture">FLOPs</abbr></th>
<th scope="col"><abbr title="Largest absolute difference of a logit">Logit diff.</abbr></th></tr></thead>
<tbody>${variants.map(
    (variant) => html`<tr><th scope="row">${variant.name}</th>
<td class="word"><span class="mark ${markClass(variant.precision)}" aria-hidden="true"></span>${variant.precision}</td>
<td><strong>${percent(variant.accuracy)}</strong></td>
<td>${points(variant.accuracy - reference.accuracy)}</td>
<td>${percent(variant.agreement)}</td>
<td>${bar(variant.bytes / largest)}${bytes(variant.bytes)}</td>
<td>${bar(variant.latencyMs.p50 / slowest)}${milliseconds(variant.latencyMs.p50)}</td>
<td>${milliseconds(variant.latencyMs.p95)}</td>
<td>${large(variant.parameters)}</td><td>${large(variant.flops)}</td><td>${small(variant.maxAbsLogitDiff)}</td></tr>`,
  )}</tbody></table></div>`;
}

function markClass(precision: string): string {
  return precision in looks ? precision : 'other';
}

function trim(value: number): string {
  return String(Number(value.toFixed(3)));
}

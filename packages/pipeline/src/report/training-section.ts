import { axisStyle, chart, colors, fontSize } from './chart.ts';
import { counted, duration, percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report } from './schema.ts';
import { stepFigures } from './step-figures.ts';

type Epoch = Report['training']['history'][number];

interface Curve {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly value: (epoch: Epoch) => number | undefined;
}

const curves = {
  loss: [
    { name: 'training', color: colors.blue, dashed: false, value: (epoch) => epoch.loss },
    { name: 'validation', color: colors.orange, dashed: true, value: (epoch) => epoch.validationLoss },
  ],
  accuracy: [
    { name: 'training', color: colors.blue, dashed: false, value: (epoch) => epoch.accuracy },
    { name: 'validation', color: colors.orange, dashed: true, value: (epoch) => epoch.validationAccuracy },
  ],
} satisfies Record<string, readonly Curve[]>;

/** Loss and accuracy over the epochs, with the numbers in a table below. */
export function trainingSection(report: Report): Html {
  const { training } = report;
  const { history, executor, seconds, imagesPerSecond, epochs } = training;
  const last = history.at(-1);
  return html`<section id="training" aria-labelledby="training-title">
<h2 id="training-title">Training</h2>
<p class="lead">${counted(epochs, 'epoch')} in ${duration(seconds)} (${executor}),
${Math.round(imagesPerSecond).toLocaleString('en-US')} pictures a second.${
    last && ` At the end the loss was ${last.loss.toFixed(4)}.`
  }</p>
${
  last &&
  html`<div class="pair">
<figure><figcaption>Loss <span class="note">lower is better</span></figcaption>${curveChart('Loss', history, curves.loss, false)}</figure>
<figure><figcaption>Accuracy <span class="note">higher is better</span></figcaption>${curveChart('Accuracy', history, curves.accuracy, true)}</figure>
</div>
${historyTable(history)}`
}
${stepFigures(report)}
</section>`;
}

function curveChart(title: string, history: readonly Epoch[], all: readonly Curve[], isShare: boolean): Html {
  const drawn = all.filter(({ value }) => history.some((epoch) => value(epoch) !== undefined));
  const ends = drawn.map(({ name, value }) => `${name} ${show(value(history.at(-1)!), isShare)}`).join(', ');
  const label = `${title} by epoch, ${history.length} epochs. At the end: ${ends}.`;
  return chart(label, ({ narrow }) => ({
    grid: { left: 50, right: narrow ? 14 : 24, top: 40, bottom: 44 },
    legend: {
      top: 4,
      left: 0,
      itemWidth: 26,
      itemGap: 18,
      itemStyle: { opacity: 0 },
      textStyle: { color: colors.ink, fontSize },
      show: drawn.length > 1,
    },
    xAxis: {
      ...axisStyle,
      type: 'value',
      min: 1,
      max: Math.max(history.at(-1)!.epoch, 2),
      minInterval: 1,
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 28,
      splitLine: { show: false },
    },
    yAxis: {
      ...axisStyle,
      type: 'value',
      scale: isShare,
      ...(isShare && { max: 1 }),
      splitNumber: 4,
      axisLine: { show: false },
      axisLabel: {
        ...axisStyle.axisLabel,
        formatter: (value: number) => (isShare ? `${trim(value * 100)} %` : trim(value)),
      },
    },
    series: drawn.map(({ name, color, dashed, value }) => ({
      type: 'line',
      name,
      data: history.map((epoch) => [epoch.epoch, value(epoch) ?? null]),
      showSymbol: history.length < 3,
      symbol: 'circle',
      symbolSize: 7,
      lineStyle: { width: 2.5, color, type: dashed ? [6, 4] : 'solid' },
      itemStyle: { color },
    })),
  }));
}

function historyTable(history: readonly Epoch[]): Html {
  const validated = history.some((epoch) => epoch.validationAccuracy !== undefined);
  return html`<details><summary>All epochs as numbers</summary>
<div class="scroll" role="region" aria-label="Training history" tabindex="0"><table class="numbers">
<thead><tr><th scope="col">Epoch</th><th scope="col">Loss</th><th scope="col">Accuracy</th>${
    validated && html`<th scope="col">Validation loss</th><th scope="col">Validation accuracy</th>`
  }</tr></thead>
<tbody>${history.map(
    (epoch) =>
      html`<tr><th scope="row">${epoch.epoch}</th><td>${epoch.loss.toFixed(4)}</td><td>${percent(epoch.accuracy)}</td>${
        validated &&
        html`<td>${show(epoch.validationLoss, false)}</td><td>${show(epoch.validationAccuracy, true)}</td>`
      }</tr>`,
  )}</tbody></table></div></details>`;
}

function show(value: number | undefined, isShare: boolean): string {
  if (value === undefined) return '–';
  return isShare ? percent(value) : value.toFixed(4);
}

/** Up to three decimals, without trailing zeros. */
function trim(value: number): string {
  return String(Number(value.toFixed(3)));
}

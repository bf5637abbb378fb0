import { bytes, count, counted, duration, milliseconds, percent, points, times } from './format.ts';
import { type Html, html } from './html.ts';
import type { Report, ReportVariant } from './schema.ts';

/** The title, one paragraph in words, and the figures that people ask for first. */
export function summarySection(report: Report): Html {
  const { dataset, training, reference, variants } = report;
  const base = variants.find(({ precision }) => precision === 'float32') ?? variants[0]!;
  const smallest = least(variants, (variant) => variant.bytes);
  const fastest = least(variants, ({ latencyMs }) => latencyMs.p50);
  const right = Math.round(reference.accuracy * dataset.test);
  const figures = [
    [
      'Test accuracy',
      percent(reference.accuracy),
      `${count(right)} of ${count(dataset.test)} pictures read right`,
    ],
    ['Smallest', bytes(smallest.bytes), `${smallest.name}${smaller(base, smallest)}`],
    ['Fastest', milliseconds(fastest.latencyMs.p50), `${fastest.name}, median of one picture`],
    [
      'Training',
      duration(training.seconds),
      `${counted(training.epochs, 'epoch')}, ${count(training.imagesPerSecond)} pictures a second`,
    ],
  ] as const;
  return html`<header id="top">
<p class="kicker">Trainyard report</p>
<h1>${report.name}</h1>
<p class="words">${inWords(report, base, smallest)}</p>
<dl class="figures">${figures.map(
    ([name, value, note]) => html`<div><dt>${name}</dt><dd><b>${value}</b><span>${note}</span></dd></div>`,
  )}</dl>
</header>`;
}

function inWords(
  { reference, dataset, variants }: Report,
  base: ReportVariant,
  smallest: ReportVariant,
): Html {
  const heard = html`Trained on ${count(dataset.train)} pictures, the network reads
<strong>${percent(reference.accuracy)}</strong> of ${count(dataset.test)} it had not seen.`;
  if (smallest === base) return html`${heard} It ships in ${bytes(base.bytes)}.`;
  const drop = smallest.accuracy - reference.accuracy;
  const cost =
    points(drop) === '±0'
      ? 'without losing any accuracy'
      : drop > 0
        ? `and gains ${points(drop).slice(1)} points`
        : `for ${points(drop).slice(1)} points of accuracy`;
  return html`${heard} Of ${variants.length} variants the smallest, <strong>${smallest.name}</strong>, takes
<strong>${bytes(smallest.bytes)}</strong>, ${times(base.bytes / smallest.bytes)} less than ${base.name}, ${cost}.`;
}

function smaller(base: ReportVariant, smallest: ReportVariant): string {
  return smallest === base ? '' : `, ${times(base.bytes / smallest.bytes)} smaller than ${base.name}`;
}

function least(variants: readonly ReportVariant[], size: (variant: ReportVariant) => number): ReportVariant {
  return variants.reduce((best, variant) => (size(variant) < size(best) ? variant : best));
}

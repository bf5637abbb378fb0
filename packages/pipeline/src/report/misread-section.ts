import { bar } from './bar.ts';
import { count, percent } from './format.ts';
import { type Html, html } from './html.ts';
import { encodePng } from './png.ts';
import type { Misread, Report } from './schema.ts';

/** The pictures that were read wrong, the most confident mistakes first. */
export function misreadSection(report: Report): Html {
  const { misread, dataset } = report;
  const samples = [...misread.samples].sort((a, b) => b.confidence - a.confidence);
  return html`<section id="misread" aria-labelledby="misread-title">
<h2 id="misread-title">Misread pictures</h2>
<p class="lead">${
    misread.total === 0
      ? 'Every test picture was read right.'
      : html`${count(misread.total)} of ${count(dataset.test)} test pictures were read wrong${
          samples.length < misread.total && html`; here are ${samples.length} of them`
        }, the surest mistakes first.`
  }</p>
${gallery(samples, report)}${closeCalls(report)}
</section>`;
}

/** The pictures that were nearly read wrong, so that a good network shows where its limits are too. */
function closeCalls(report: Report): Html | false {
  const { closeCalls: samples = [] } = report;
  if (samples.length === 0) return false;
  return html`<h3>Close calls</h3>
<p class="lead">Read right, with the least confidence.</p>
${gallery(samples, report)}`;
}

const gallery = (samples: readonly Misread[], report: Report): Html | false =>
  samples.length > 0 && html`<ul class="gallery">${samples.map((sample) => card(sample, report))}</ul>`;

function card(
  { index, label, predicted, confidence, labelConfidence, pixels }: Misread,
  { dataset }: Report,
): Html {
  const [height, width, channels] = dataset.imageShape;
  const png = encodePng(Buffer.from(pixels, 'base64'), height, width, channels).toString('base64');
  const is = dataset.classes[label]!;
  const read = dataset.classes[predicted]!;
  const smooth = Math.max(height, width) > 64 && ' smooth';
  return html`<li><figure class="card">
<img class="picture${smooth}" src="data:image/png;base64,${png}" width="${width}" height="${height}" alt="Test picture ${index}: a ${is} that was read as ${read}">
<figcaption><span class="verdict"><span class="is" title="what it is"><span class="hidden">is </span>${is}</span>${
    predicted !== label &&
    html`
<span class="arrow" aria-hidden="true">→</span> <span class="read" title="what was read"><span class="hidden">read as </span>${read}</span>`
  }</span>
<span class="sure">${bar(confidence)}${percent(confidence, 0)} sure</span>
<span class="note">${predicted !== label && labelConfidence !== undefined && html`${percent(labelConfidence, 0)} for ${is} · `}no. ${index}</span></figcaption></figure></li>`;
}

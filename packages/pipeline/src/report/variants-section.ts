import { bar } from './bar.ts';
import { bytes, count, large, milliseconds, percent, points, small } from './format.ts';
import { type Html, html } from './html.ts';
import { operatorsFigures } from './operators-figures.ts';
import type { Report } from './schema.ts';
import { isKnownPrecision, variantsChart } from './variants-chart.ts';

/** Accuracy against size and latency, and every figure of every variant in a table. */
export function variantsSection(report: Report): Html {
  const largest = Math.max(...report.variants.map((variant) => variant.bytes));
  const unit = largest < 2e6 ? { name: 'kB', bytes: 1e3 } : { name: 'MB', bytes: 1e6 };
  return html`<section id="variants" aria-labelledby="variants-title">
<h2 id="variants-title">Variants</h2>
<p class="lead">The same network, made smaller and faster in several ways. Each was run on all
${count(report.dataset.test)} test pictures in ONNX Runtime. The dashed line is the trained network${
    report.accuracyBudget !== undefined && ', the shaded band what a variant may lose'
  }. Top left is best.</p>
<div class="pair">
<figure><figcaption>Accuracy against size</figcaption>${variantsChart(report, 'size', (variant) => variant.bytes / unit.bytes, unit.name)}</figure>
<figure><figcaption>Accuracy against latency <span class="note">median, one picture</span></figcaption>${variantsChart(report, 'latency', ({ latencyMs }) => latencyMs.p50, 'ms')}</figure>
</div>
${variantsTable(report)}
${operatorsFigures(report)}
</section>`;
}

function variantsTable({ variants, reference }: Report): Html {
  const largest = Math.max(...variants.map((variant) => variant.bytes));
  const slowest = Math.max(...variants.map(({ latencyMs }) => latencyMs.p50)) || 1;
  return html`<div class="scroll" role="region" aria-label="All variants" tabindex="0"><table class="numbers variants">
<thead><tr><th scope="col">Variant</th><th scope="col" class="word">Precision</th><th scope="col">Accuracy</th>
<th scope="col"><abbr title="Percentage points against the trained network">Δ points</abbr></th>
<th scope="col"><abbr title="Share of test pictures whose top class is the trained network's">Agreement</abbr></th>
<th scope="col">Size</th><th scope="col"><abbr title="Median time for one picture">p50</abbr></th>
<th scope="col"><abbr title="Time within which 95 % of single pictures are read">p95</abbr></th><th scope="col">Parameters</th>
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
  return isKnownPrecision(precision) ? precision : 'other';
}

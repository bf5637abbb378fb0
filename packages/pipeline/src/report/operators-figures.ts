import { bar } from './bar.ts';
import { percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { OperatorProfile, Report } from './schema.ts';

/** Beyond this number the quickest operators share one row. */
const mostRows = 8;

/** Where the time of a picture goes, operator by operator; nothing where it was not measured. */
export function operatorsFigures({ operators = [] }: Report): Html | undefined {
  if (operators.length === 0) return undefined;
  return html`<h3>Time by operator</h3>
<p>As ONNX Runtime's profile of single pictures has it, after its own fusions.</p>
<div class="pair top">${operators.map(
    (profile) => html`<figure><figcaption>${profile.variant}</figcaption>${profileTable(profile)}</figure>`,
  )}</div>`;
}

function profileTable({ variant, times }: OperatorProfile): Html {
  const total = times.reduce((sum, { microseconds }) => sum + microseconds, 0) || 1;
  const rows = shortened(times);
  const longest = Math.max(...rows.map(({ microseconds }) => microseconds)) || 1;
  return html`<div class="scroll" role="region" aria-label="Time by operator of ${variant}" tabindex="0"><table class="numbers">
<thead><tr><th scope="col">Operator</th><th scope="col">Nodes</th><th scope="col">Time</th><th scope="col">Share</th></tr></thead>
<tbody>${rows.map(
    ({ opType, nodes, microseconds }) => html`<tr><th scope="row">${opType}</th><td>${nodes}</td>
<td>${bar(microseconds / longest)}${microseconds.toFixed(microseconds < 10 ? 1 : 0)} µs</td><td>${percent(microseconds / total, 0)}</td></tr>`,
  )}</tbody></table></div>`;
}

function shortened(times: OperatorProfile['times']): OperatorProfile['times'] {
  if (times.length <= mostRows) return times;
  const rest = times.slice(mostRows - 1);
  return [
    ...times.slice(0, mostRows - 1),
    {
      opType: `${rest.length} others`,
      nodes: rest.reduce((sum, { nodes }) => sum + nodes, 0),
      microseconds: rest.reduce((sum, { microseconds }) => sum + microseconds, 0),
    },
  ];
}

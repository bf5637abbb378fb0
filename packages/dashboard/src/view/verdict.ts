import type { JsonObject } from '@trainyard/registry';
import { count, percent, pText } from './format.ts';
import { type Html, html } from './html.ts';
import { numberOf, objectOf, objectsOf, textOf } from './json.ts';
import { meter, table } from './parts.ts';

/** The figures of a decision: those of a gate's verdict as tables, whatever else as it is. */
export function verdictView(id: string, figures: JsonObject): Html | undefined {
  if (Object.keys(figures).length === 0) return undefined;
  const checks = objectsOf(figures.checks);
  return html`<details id="${id}"><summary>The figures</summary>
${pairedTest(figures)}
${checks.length > 0 && checksTable(checks)}
${classesTable(figures)}
<details id="${id}-json"><summary>As stored</summary><pre tabindex="0"><code>${JSON.stringify(figures, null, 2)}</code></pre></details>
</details>`;
}

/** McNemar's test in one line; for the reader who looks for the p-value. */
export function pairedTest({ test, challenger, champion }: JsonObject): Html | undefined {
  const paired = objectOf(test);
  const pValue = numberOf(paired?.pValue);
  if (!paired || pValue === undefined) return undefined;
  const [theirs, ours] = [numberOf(paired.championOnly), numberOf(paired.challengerOnly)];
  const accuracy = (score: JsonObject | undefined) => {
    const value = numberOf(score?.accuracy);
    return value === undefined ? '–' : percent(value);
  };
  const pictures = numberOf(objectOf(challenger)?.pictures);
  return html`<dl class="figures"><div><dt>McNemar’s test</dt><dd><b>${pText(pValue)}</b><span>${textOf(paired.method)}</span></dd></div>
<div><dt>Right by the challenger alone</dt><dd><b>${ours}</b><span>${pictures !== undefined && `of ${count(pictures)} pictures`}</span></dd></div>
<div><dt>Right by the champion alone</dt><dd><b>${theirs}</b></dd></div>
<div><dt>Accuracy</dt><dd><b>${accuracy(objectOf(challenger))}</b><span>champion ${accuracy(objectOf(champion))}</span></dd></div></dl>`;
}

const checksTable = (checks: readonly JsonObject[]): Html =>
  table(
    'Checks of the gate',
    [{ name: 'Check' }, { name: 'Passed' }, { name: 'What was found' }],
    checks.map(
      ({ name, passed, reason }) =>
        html`<tr><th scope="row" class="tight">${textOf(name)}</th><td><span class="tag ${passed === true ? 'good' : 'warn'}">${passed === true ? 'yes' : 'no'}</span></td><td>${textOf(reason)}</td></tr>`,
    ),
  );

function classesTable({ challenger, champion }: JsonObject): Html | undefined {
  const own = objectsOf(objectOf(challenger)?.classes);
  if (own.length === 0) return undefined;
  const before = new Map(objectsOf(objectOf(champion)?.classes).map((one) => [textOf(one.name), one]));
  return html`<details><summary>Every class</summary>${table(
    'Accuracy of each class',
    [
      { name: 'Class' },
      { name: 'Pictures', kind: 'number' },
      { name: 'Challenger', kind: 'number' },
      { name: 'Champion', kind: 'number' },
    ],
    own.map((score) => {
      const [mine, theirs] = [shareRight(score), shareRight(before.get(textOf(score.name)))];
      return html`<tr><th scope="row">${textOf(score.name)}</th><td class="number">${numberOf(score.pictures)}</td><td class="number">${mine !== undefined && html`${meter(mine)}${percent(mine)}`}</td><td class="number">${theirs !== undefined && percent(theirs)}</td></tr>`;
    }),
  )}</details>`;
}

function shareRight(score: JsonObject | undefined): number | undefined {
  const [right, pictures] = [numberOf(score?.right), numberOf(score?.pictures)];
  return right === undefined || !pictures ? undefined : right / pictures;
}

import type { Decision, DecisionKind, Json, JsonObject } from '@trainyard/registry';
import { pText, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { numberOf, objectOf, textOf } from '../view/json.ts';
import { empty } from '../view/parts.ts';
import { verdictView } from '../view/verdict.ts';

const words: Readonly<Record<DecisionKind, string>> = {
  challenge: 'challenges',
  refuse: 'refused',
  approve: 'approved',
  promote: 'promoted',
  rollback: 'rolled back',
};

const tones: Partial<Record<DecisionKind, string>> = {
  refuse: 'warn',
  rollback: 'warn',
  promote: 'champion',
  approve: 'good',
  challenge: 'challenger',
};

/** Decisions, the newest first, each with its reasons and, folded, its figures. */
export const decisionLog = (decisions: readonly Decision[], now: Date, { ofModels = false } = {}): Html =>
  decisions.length === 0
    ? empty('Nothing is decided yet.')
    : html`<ol class="log">${decisions.map((decision) => entry(decision, now, ofModels))}</ol>`;

function entry(
  { model, number, kind, version, by, reason, figures, created }: Decision,
  now: Date,
  ofModels: boolean,
) {
  const id = `decision-${ofModels ? `${model}-` : ''}${number}`;
  const pValue = numberOf(objectOf(figures.test)?.pValue);
  return html`<li id="${id}"><div class="what"><span class="tag ${tones[kind] ?? ''}">${words[kind]}</span>
<b>${ofModels ? html`<a href="/models/${model}">${model}</a> version ${version}` : `version ${version}`}</b>
<span class="note">by ${by}, ${since(created, now)}</span>${pValue !== undefined && html`<span class="note">McNemar’s test: ${pText(pValue)}</span>`}</div>
${reasonsOf(reason, figures, kind === 'refuse' ? 3 : 1)}${verdictView(`${id}-figures`, figures)}</li>`;
}

/** As the gate's list where it is one; as it was written else. */
function reasonsOf(reason: string, figures: JsonObject, most: number): Html {
  const listed = Array.isArray(figures.reasons) ? (figures.reasons as readonly Json[]).map(textOf) : [];
  // Somebody who promotes may give the gate's figures, and a reason of their own.
  if (listed.length < 2 || !reason.startsWith(listed[0] ?? '')) return html`<p>${reason}</p>`;
  const rest = listed.length - most;
  return html`<ul class="reasons">${listed.slice(0, most).map((one) => html`<li>${one}</li>`)}${
    rest > 0 && html`<li class="note">and ${rest} more, among the figures</li>`
  }</ul>`;
}

/** Without those that a later one of the same version repeats: who is promoted at once has challenged for a moment. */
export const withoutEchoes = (decisions: readonly Decision[]): Decision[] =>
  decisions.filter((decision, i) => {
    const next = decisions[i - 1];
    return !(
      next &&
      decision.kind === 'challenge' &&
      next.version === decision.version &&
      next.reason === decision.reason &&
      next.model === decision.model
    );
  });

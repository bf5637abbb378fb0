import type { Decision, DecisionKind } from '@trainyard/registry';
import { figure, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { numberOf, objectOf } from '../view/json.ts';
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
<span class="note">by ${by}, ${since(created, now)}</span>${pValue !== undefined && html`<span class="note">McNemar p = ${figure(pValue)}</span>`}</div>
<p>${reason}</p>${verdictView(`${id}-figures`, figures)}</li>`;
}

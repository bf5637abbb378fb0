import type { RunStatus, SweepStatus } from '@trainyard/registry';
import { type Html, html, type Part } from './html.ts';

/** The top of a page: where it belongs, its name, what can be done with it. */
export const head = (kicker: Part, title: Part, end?: Part): Html =>
  html`<header class="head"><div>${kicker && html`<p class="kicker">${kicker}</p>`}<h1>${title}</h1></div>${end && html`<div>${end}</div>`}</header>`;

/** How a run stands, by colour, by shape and in a word. */
export const badge = (status: RunStatus | SweepStatus): Html =>
  html`<span class="badge ${status}">${status}</span>`;

export const empty = (text: Part): Html => html`<p class="empty">${text}</p>`;

export const code = (text: string): Html => html`<code>${text}</code>`;

/** Names and what they are; those that are nothing are left out. */
export const facts = (all: readonly (readonly [string, Part])[]): Html =>
  html`<dl class="facts">${all.map(
    ([name, value]) =>
      value !== null &&
      value !== undefined &&
      value !== false &&
      html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;

export interface Column {
  readonly name: Part;
  /** `number` is aligned to the right. */
  readonly kind?: 'number';
}

/**
 * A table that scrolls by itself where it is too wide.
 * @param label what a screen reader says of it
 */
export const table = (label: string, columns: readonly Column[], rows: readonly Html[], kind = ''): Html =>
  html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="rows ${kind}">
<thead><tr>${columns.map(({ name, kind }) => html`<th scope="col" class="${kind ?? ''}">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

/** A bar of a share of its room, for the eye only. */
export const meter = (share: number, over = false): Html =>
  html`<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10" rx="2"/><rect class="part ${over && 'over'}" width="${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}" height="10" rx="2"/></svg>`;

/**
 * A form that changes something. Where nobody is signed in there is none.
 * @param back the path of the page that it is on, where an error is shown
 */
export const deedForm = (path: string, back: string, content: Part): Html =>
  html`<form method="post" action="${path}"><input type="hidden" name="session"><input type="hidden" name="back" value="${back}">${content}</form>`;

/** A form that opens at a click, so that nothing is changed by a slip. */
export const deedDetails = (id: string, summary: string, form: Html): Html =>
  html`<details id="${id}"><summary>${summary}</summary>${form}</details>`;

export const reasonField = (value: string): Html =>
  html`<label class="grow">Reason<input type="text" name="reason" required maxlength="1000" value="${value}"></label>`;

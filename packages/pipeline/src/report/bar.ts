import { type Html, html } from './html.ts';

/** A bar of a share of its room, for the eye only. */
export function bar(share: number): Html {
  return html`<span class="bar" aria-hidden="true"><i style="width:${(share * 100).toFixed(1)}%"></i></span>`;
}

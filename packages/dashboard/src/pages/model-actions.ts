import type { Aliases, Version } from '@trainyard/registry';
import { type Html, html } from '../view/html.ts';
import { deedDetails, deedForm, reasonField } from '../view/parts.ts';

/** What a person may decide about a model. Each says which champion the page showed, so that a late click moves nothing. */
export function modelActions(
  { model, champion, challenger, previous }: Aliases,
  versions: readonly Version[],
): Html {
  const back = `/models/${model}`;
  const others = versions.filter(({ version }) => version !== champion?.version);
  return html`<div class="actions">${
    challenger &&
    deedDetails(
      'approve',
      `Approve version ${challenger.version}…`,
      deedForm(
        `${back}/approve`,
        back,
        html`<input type="hidden" name="version" value="${challenger.version}"><div class="line">${reasonField('')}<button>Approve</button></div>`,
      ),
    )
  }${
    challenger &&
    deedDetails(
      'refuse',
      `Refuse version ${challenger.version}…`,
      deedForm(
        `${back}/refuse`,
        back,
        html`<input type="hidden" name="version" value="${challenger.version}"><div class="line">${reasonField('')}<button class="danger">Refuse</button></div>`,
      ),
    )
  }${
    others.length > 0 &&
    deedDetails(
      'promote',
      'Promote…',
      deedForm(
        `${back}/promote`,
        back,
        html`<input type="hidden" name="over" value="${champion?.version ?? ''}"><div class="line"><label>Version<select name="version">${others.map(
          ({ version }) =>
            html`<option value="${version}"${version === challenger?.version && html` selected`}>${version}${version === challenger?.version && ' (challenger)'}</option>`,
        )}</select></label>${reasonField('')}<button>Promote</button></div>`,
      ),
    )
  }${
    champion &&
    previous &&
    deedDetails(
      'rollback',
      `Roll back to version ${previous.version}…`,
      deedForm(
        `${back}/rollback`,
        back,
        html`<input type="hidden" name="from" value="${champion.version}"><div class="line">${reasonField('')}<button class="danger">Roll back</button></div>`,
      ),
    )
  }</div>`;
}

import { type AliasChange, type Aliases, aliasNames, type Decision, type Version } from '@trainyard/registry';
import type { Page } from '../page.ts';
import { bytes, moment, short, shortDigest, since } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { metricText, numbersOf } from '../view/metrics.ts';
import { code, empty, head, table } from '../view/parts.ts';
import { type Fate, progressOfVersions } from '../view/progress-of-versions.ts';
import { decisionLog } from './decision-log.ts';
import { modelActions } from './model-actions.ts';

/** One model: its aliases and how they moved, its versions, and every decision with its reasons. */
export const modelPage: Page = {
  path: '/models/:model',
  section: 'Models',
  async show({ store, params, signedIn, now }) {
    const model = params.model!;
    const [aliases, versions, decisions, history] = await Promise.all([
      store.aliases.get(model),
      store.versions.list(model),
      store.aliases.decisions(model, { limit: 50 }),
      store.aliases.history(model, { limit: 50 }),
    ]);
    return {
      title: model,
      refresh: 2,
      body: html`${head(html`<a href="/models">Models</a>`, model)}
${signedIn && modelActions(aliases, versions)}
<section aria-label="Aliases"><ul class="cards">${aliasNames.map((alias) => aliasCard(alias, aliases[alias], now))}</ul></section>
<section><h2>Versions</h2>${progressOfVersions(versions, (version) => fateOf(version, aliases, decisions))}
${versions.length > 0 ? versionsTable(versions, aliases, now) : empty('None yet.')}</section>
<section><h2>Decisions</h2>${decisionLog(decisions, now)}</section>
${history.length > 0 && html`<section><h2>How the aliases moved</h2><details id="history"><summary>All moves</summary>${historyTable(history)}</details></section>`}`,
    };
  },
};

function aliasCard(alias: string, version: Version | undefined, now: Date): Html {
  if (!version)
    return html`<li class="card" id="alias-${alias}"><h3><span class="tag ${alias}">${alias}</span></h3><p class="note">None.</p></li>`;
  const [main, ...more] = numbersOf(version.metrics);
  return html`<li class="card" id="alias-${alias}"><h3><span class="tag ${alias}">${alias}</span> version ${version.version}</h3>
${main && html`<p class="big">${metricText(...main)} <span class="note">${main[0]}</span></p>`}
<p class="note">${more.map(([name, value]) => html`${name} ${metricText(name, value)} · `)}${bytes(sizeOf(version))} in ${version.files.length} files</p>
<p class="note"><a href="/runs/${version.run}">Run ${short(version.run)}</a>, ${since(version.created, now)}</p>
<p class="note">${code(shortDigest(version.bundle))}</p></li>`;
}

function versionsTable(versions: readonly Version[], aliases: Aliases, now: Date): Html {
  const metrics = [
    ...new Set(versions.flatMap((version) => numbersOf(version.metrics).map(([name]) => name))),
  ];
  return table(
    'Versions',
    [
      { name: 'Version' },
      ...metrics.map((name) => ({ name, kind: 'number' as const })),
      { name: 'Size', kind: 'number' },
      { name: 'Run' },
      { name: 'Made' },
      { name: 'Bundle' },
    ],
    versions.map((version) => {
      const own = new Map(numbersOf(version.metrics));
      return html`<tr id="version-${version.version}"><th scope="row" class="tight">${version.version} ${aliasNames.map((alias) => aliases[alias]?.version === version.version && html` <span class="tag ${alias}">${alias}</span>`)}</th>
${metrics.map((name) => html`<td class="number">${own.has(name) ? metricText(name, own.get(name)!) : '–'}</td>`)}
<td class="number">${bytes(sizeOf(version))}</td><td class="tight"><a href="/runs/${version.run}">${short(version.run)}</a></td>
<td class="tight">${since(version.created, now)}</td><td class="tight">${code(shortDigest(version.bundle))}</td></tr>`;
    }),
  );
}

/** What became of a version, by its alias or else by the last that was decided of it. */
function fateOf(
  { version }: Version,
  { champion, challenger }: Aliases,
  decisions: readonly Decision[],
): Fate {
  if (champion?.version === version) return 'champion';
  if (challenger?.version === version) return 'challenger';
  const kinds = decisions.filter((decision) => decision.version === version).map(({ kind }) => kind);
  if (kinds.includes('promote')) return 'served';
  return kinds[0] === 'refuse' ? 'refused' : 'other';
}

const sizeOf = ({ files }: Version): number => files.reduce((sum, file) => sum + file.bytes, 0);

const historyTable = (history: readonly AliasChange[]): Html =>
  table(
    'Moves of the aliases',
    [
      { name: 'Move', kind: 'number' },
      { name: 'Alias' },
      { name: 'From' },
      { name: 'To' },
      { name: 'Decision' },
      { name: 'When' },
    ],
    history.map(
      ({ generation, alias, from, to, decision, created }) =>
        html`<tr><td class="number">${generation}</td><th scope="row"><span class="tag ${alias}">${alias}</span></th><td>${from ?? 'none'}</td><td>${to ?? 'none'}</td><td><a href="#decision-${decision}">${decision}</a></td><td class="tight">${moment(created)}</td></tr>`,
    ),
  );

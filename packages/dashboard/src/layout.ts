import type { Page, PageContent } from './page.ts';
import type { Notice } from './security/sessions.ts';
import { type Html, html, trusted } from './view/html.ts';
import { icon } from './view/icon.ts';
import { deedForm } from './view/parts.ts';

/** Where the navigation leads: name and path. */
const places: readonly (readonly [string, string])[] = [
  ['Runs', '/runs'],
  ['Models', '/models'],
  ['Jobs', '/jobs'],
  ['Schedules', '/schedules'],
  ['Checks', '/checks'],
  ['Sweeps', '/sweeps'],
];

export interface Layout {
  readonly page: Pick<Page, 'section'>;
  readonly content: PageContent;
  readonly signedIn: boolean;
  readonly notice: Notice | undefined;
}

/** A whole page. */
export function layout({ page, content, signedIn, notice }: Layout): Html {
  const { title, body, refresh } = content;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Trainyard</title>
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css">
<script type="module" src="/static/live.js"></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<nav aria-label="Dashboard">
<a class="brand" href="/"${page.section === 'Overview' && trusted(' aria-current="page"')}>${trusted(icon)}Trainyard</a>
<div class="places">${places.map(
    ([name, path]) =>
      html`<a href="${path}"${page.section === name && trusted(' aria-current="page"')}>${name}</a>`,
  )}</div>
<div class="end">${
    refresh !== undefined && html`<span class="live" data-live-sign="on"><i></i><span>live</span></span>`
  }${signedIn ? html`<span>signed in</span>${deedForm('/sign-out', '/', html`<button class="link">sign out</button>`)}` : html`<a href="/sign-in">sign in</a>`}</div>
</nav>
<div class="notice" role="status">${
    notice &&
    html`<p class="${notice.kind}"><b>${notice.kind === 'done' ? 'Done.' : 'Not done.'}</b>${notice.text}</p>`
  }</div>
<main id="content" tabindex="-1"${refresh !== undefined && html` data-refresh="${refresh}"`}>
${body}
</main>
</body>
</html>
`;
}

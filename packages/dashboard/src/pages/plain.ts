import type { Page } from '../page.ts';
import { html } from '../view/html.ts';
import { head } from '../view/parts.ts';

/** Says no more than that there is nothing: what was asked for is not repeated. */
export const notFoundPage: Page = {
  path: '*',
  section: '',
  show: async () => ({
    title: 'Not found',
    body: html`${head(undefined, 'There is nothing here')}
<p class="lead">No page, run, model or file of that name is in this store. <a href="/">Back to the overview.</a></p>`,
  }),
};

export const signInPage: Page = {
  path: '/sign-in',
  section: '',
  show: async ({ query, signedIn }) => ({
    title: 'Sign in',
    body: html`${head(undefined, 'Sign in')}
<p class="lead">Everyone may look; who changes something or takes files has the token. It is in the address that the dashboard printed when it started, behind <code>#token=</code>.</p>
${query.has('wrong') && html`<p class="failure" role="alert">That was not the token of this dashboard. It has a new one each time that it starts.</p>`}
${
  signedIn
    ? html`<p>You are signed in. <a href="/">To the overview.</a></p>`
    : html`<section><form method="post" action="/session" data-sign-in class="line"><label class="grow">Token<input type="password" name="token" required autocomplete="off" autofocus></label><button>Sign in</button></form></section>`
}`,
  }),
};

import { readFile } from 'node:fs/promises';
import { InputError, NotFoundError, type Store } from '@trainyard/registry';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { DashboardActions } from './actions.ts';
import { deeds } from './deeds/index.ts';
import { download } from './download.ts';
import { layout } from './layout.ts';
import { LoggedMetrics } from './logged-metrics.ts';
import type { Deed, Page } from './page.ts';
import { pages } from './pages/index.ts';
import { notFoundPage, signInPage } from './pages/plain.ts';
import { limitedBody, loopbackOnly, ownPagesOnly, pageHeaders } from './security/guard.ts';
import { equalSecrets, type Session, Sessions } from './security/sessions.ts';
import { icon } from './view/icon.ts';
import { style } from './view/style.ts';

export interface AppOptions {
  readonly store: Store;
  readonly actions: DashboardActions;
  readonly token: string;
  readonly port: () => number;
}

type Env = { Variables: { session: Session | undefined } };

/** The dashboard as a function from requests to responses. */
export async function createApp({ store, actions, token, port }: AppOptions): Promise<Hono<Env>> {
  const sessions = new Sessions(token);
  const logged = new LoggedMetrics(store);
  const cookie = () => `trainyard-${port()}`;
  const script = await readFile(new URL('./static/live.js', import.meta.url), 'utf8');
  const app = new Hono<Env>();

  app.use(...pageHeaders, loopbackOnly(port), ownPagesOnly, limitedBody);
  app.use(async (c, next) => {
    c.set('session', sessions.find(getCookie(c, cookie())));
    await next();
  });

  app.get('/static/style.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/static/live.js', (c) =>
    c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/favicon.ico', (c) => c.body(icon, 200, { 'Content-Type': 'image/svg+xml' }));

  app.post('/session', async (c) => {
    const session = sessions.open((await formOf(c)).get('token') ?? '');
    if (!session) return c.text('That is not the token.', 403);
    setCookie(c, cookie(), session.cookie, { httpOnly: true, sameSite: 'Strict', path: '/' });
    return c.text(session.form);
  });

  for (const page of [...pages, signInPage]) app.get(page.path, (c) => show(c, page));
  for (const deed of deeds)
    app.post(deed.path, (c) => whenSignedIn(c, (form, session) => act(c, deed, form, session)));
  app.post('/sign-out', (c) =>
    whenSignedIn(c, async (_, session) => {
      sessions.close(session);
      deleteCookie(c, cookie());
      return c.redirect('/', 303);
    }),
  );
  app.post('/runs/:run/files/:name{.+}', (c) => whenSignedIn(c, () => download(store, c.req.param())));

  app.notFound((c) => show(c, notFoundPage, 404));
  app.onError((error, c) => {
    if (error instanceof NotFoundError || error instanceof InputError) return show(c, notFoundPage, 404);
    console.error(error);
    return c.text('The dashboard could not make this page; its console says why.', 500);
  });

  async function show(c: Context<Env>, page: Page, status: 200 | 404 = 200): Promise<Response> {
    const session = c.get('session');
    const content = await page.show({
      store,
      actions,
      logged,
      params: c.req.param(),
      query: new URL(c.req.url).searchParams,
      signedIn: session !== undefined,
      now: new Date(),
    });
    const notice = session?.notice;
    // What refreshes a page leaves it for whom it is meant.
    if (session && c.req.header('sec-fetch-mode') !== 'cors') session.notice = undefined;
    return c.html(layout({ page, content, signedIn: session !== undefined, notice }).toString(), status);
  }

  async function whenSignedIn(
    c: Context<Env>,
    work: (form: URLSearchParams, session: Session) => Promise<Response>,
  ): Promise<Response> {
    const form = await formOf(c);
    const session = c.get('session');
    if (!session || !equalSecrets(form.get('session') ?? '', session.form))
      return c.text('Sign in first, with the address that the dashboard printed when it started.', 403);
    return work(form, session);
  }

  async function act(
    c: Context<Env>,
    deed: Deed,
    form: URLSearchParams,
    session: Session,
  ): Promise<Response> {
    try {
      const { done, to } = await deed.act({ actions, params: c.req.param(), form });
      session.notice = { kind: 'done', text: done };
      return c.redirect(to, 303);
    } catch (error) {
      session.notice = { kind: 'failed', text: error instanceof Error ? error.message : String(error) };
      return c.redirect(backOf(form), 303);
    }
  }

  return app;
}

const formOf = async (c: Context): Promise<URLSearchParams> => new URLSearchParams(await c.req.text());

/** The page that a form was on: a path of our own, and no other site's. */
function backOf(form: URLSearchParams): string {
  const back = form.get('back') ?? '/';
  return /^\/(?![/\\])[\w/.?=&%-]*$/.test(back) ? back : '/';
}

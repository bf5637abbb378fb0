import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A form as ours is, that sends itself. */
const formPage = (url: string) => `<!doctype html><title>form</title>
<form method="post" action="${url}models/digits/rollback"><input name="reason" value="gotcha"><input name="from" value="4"><input name="session" value=""></form>
<script>document.forms[0].submit();</script>`;

/** What a page can try by script; it says what came of each. */
const fetchPage = (url: string) => `<!doctype html><title>fetch</title><body><script>
const said = [];
const attempt = async (name, work) => { try { said.push(name + ': ' + await work()); } catch { said.push(name + ': refused'); } };
const body = new URLSearchParams({ reason: 'gotcha', from: '4', session: '' });
(async () => {
  await attempt('get', async () => (await fetch('${url}models/digits', { credentials: 'include' })).text());
  await attempt('post', async () => (await fetch('${url}models/digits/rollback', { method: 'POST', body, credentials: 'include' })).text());
  await attempt('post without cors', async () => (await fetch('${url}models/digits/rollback', { method: 'POST', body, credentials: 'include', mode: 'no-cors' })).type);
  await attempt('frame', async () => {
    const frame = document.createElement('iframe');
    frame.src = '${url}models/digits';
    const loaded = new Promise((resolve) => { frame.onload = resolve; });
    document.body.append(frame);
    await loaded;
    try { return frame.contentDocument ? 'read' : 'empty'; } catch { return 'empty'; } finally { frame.remove(); }
  });
  await attempt('script', () => new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '${url}static/live.js';
    script.onload = () => resolve('loaded');
    script.onerror = reject;
    document.body.append(script);
  }));
  document.body.textContent = said.join('\\n');
  document.title = 'done';
})();
</script>`;

/** Serves pages that attack a dashboard: from another port of its own name, which is the same site, and from another name. */
export async function strangeSite(
  url: string,
  use: (sites: readonly string[]) => Promise<void>,
): Promise<void> {
  const server: Server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(request.url === '/form' ? formPage(url) : fetchPage(url));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  try {
    await use([`http://127.0.0.1:${port}/`, `http://localhost:${port}/`]);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

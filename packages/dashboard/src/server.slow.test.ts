import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DashboardError } from './errors.ts';
import { serveDashboard } from './serve-dashboard.ts';
import { type OpenDashboard, openDashboard } from './testing/open-dashboard.cases.ts';
import { ownHeaders, plainRequest, type SignedIn, signIn } from './testing/plain-http.cases.ts';

// Slow, because it makes a PGlite in a folder.
let open: OpenDashboard;
let url: string;
let session: SignedIn;
let paths: string[];

beforeAll(async () => {
  open = await openDashboard();
  url = open.dashboard.url;
  session = await signIn(open.dashboard);
  const { running, failed, queued, champion, sweep } = open.filled;
  paths = [
    ...[
      '/',
      '/runs',
      '/runs?trials=shown&status=succeeded',
      '/models',
      '/models/digits',
      '/jobs',
      '/schedules',
    ],
    ...['/checks', '/sweeps', `/sweeps/${sweep}`, '/sign-in', '/compare'],
    ...[running.id, failed, queued, champion].map((id) => `/runs/${id}`),
    `/compare?run=${champion}&run=${failed}`,
  ];
});
afterAll(() => open?.close());

/** What our own page sends of somebody who is signed in. */
const post = (
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string | undefined> = {},
) => {
  const all = { ...ownHeaders(url), Cookie: session.cookie, ...headers };
  return plainRequest(new URL(path, url).href, {
    method: 'POST',
    headers: Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    body: new URLSearchParams({ session: session.form, ...fields }).toString(),
  });
};

const stateOf = async () => {
  const { generation } = await open.store.aliases.get('digits');
  const decisions = await open.store.aliases.decisions('digits');
  const [runs, schedules] = [await open.store.runs.list({ limit: 1000 }), await open.store.schedules.list()];
  return JSON.stringify([
    generation,
    decisions.length,
    runs.map(({ id, status }) => [id, status]),
    schedules,
    open.actions.asked,
  ]);
};

describe('pages', () => {
  test('each is there, with nothing inline and nothing from elsewhere', async () => {
    for (const path of paths) {
      const { status, headers, text } = await plainRequest(new URL(path, url).href);
      expect(status, path).toBe(200);
      expect(headers['content-security-policy'], path).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['cache-control']).toBe('no-store');
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(text.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/static/live.js">']);
      expect(text).not.toMatch(/\sstyle=|<style|\son\w+=|javascript:|\/\/(?!www\.w3\.org)[a-z]/i);
    }
  });

  test('what there is not is 404, and nothing of the request is repeated', async () => {
    const strange = [
      '/xyzzy',
      '/runs/xyzzy',
      '/models/xyzzy',
      '/sweeps/xyzzy',
      '/compare?run=xyzzy',
      '/static/xyzzy.js',
    ];
    const escapes = [
      '/models/..%2fxyzzy',
      '/runs/%00xyzzy',
      '/static/..%2f..%2fpackage.json',
      '/models/%3Cscript%3Exyzzy',
    ];
    const unknown = [`/runs/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`, '/models/unknown', '/%zz'];
    for (const path of [...strange, ...escapes, ...unknown]) {
      const { status, text } = await plainRequest(url.slice(0, -1) + path);
      expect(status, path).toBe(404);
      expect(text, path).not.toContain('xyzzy');
    }
  });

  test('forms are there for whoever is signed in, and for nobody else', async () => {
    const look = async (Cookie: string) =>
      (await plainRequest(`${url}models/digits`, { headers: { Cookie } })).text;
    expect(await look('')).not.toContain('method="post"');
    expect(await look(session.cookie)).toContain('action="/models/digits/rollback"');
    // The half that goes with forms is in no page: whoever has the cookie alone learns nothing.
    expect(await look(session.cookie)).not.toContain(session.form);
  });
});

describe('who is heard', () => {
  test('names of loopback with our port alone', async () => {
    const { port } = new URL(url);
    const before = await stateOf();
    const others = [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      '127.0.0.1',
      'localhost',
    ];
    const numbers = [
      `127.0.0.2:${port}`,
      `localhost:${Number(port) + 1}`,
      `0.0.0.0:${port}`,
      `[::]:${port}`,
      `localhost.:${port}`,
    ];
    for (const Host of [...others, ...numbers]) {
      expect((await plainRequest(url, { headers: { Host } })).status, Host).toBe(421);
      const rebound = { Host, Origin: `http://${Host}` };
      expect((await post('/models/digits/rollback', { reason: 'x', from: '4' }, rebound)).status, Host).toBe(
        421,
      );
    }
    expect(await stateOf()).toBe(before);
    for (const Host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
      expect((await plainRequest(url, { headers: { Host } })).status, Host).toBe(200);
  });

  test('no address but those of loopback', async () => {
    const addresses = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one && !one.internal && one.family === 'IPv4');
    for (const { address } of addresses.map((one) => one!)) {
      const answer = await new Promise((resolve) => {
        const socket = connect(Number(new URL(url).port), address, () => resolve('connected'));
        socket.on('error', ({ message }) => resolve(message));
        socket.setTimeout(2000, () => resolve('no answer'));
      });
      expect(answer, address).not.toBe('connected');
    }
  });

  test('a port that is taken, and a token that is short, are refused', async () => {
    const { store, actions } = open;
    const port = Number(new URL(url).port);
    await expect(serveDashboard({ store, actions, port })).rejects.toThrow(
      `dashboard: expected a free port of loopback at ${port}, got one in use; choose another port`,
    );
    await expect(serveDashboard({ store, actions, token: 'secret' })).rejects.toThrow(DashboardError);
    await expect(serveDashboard({ store, actions, port: 70_000 })).rejects.toThrow('dashboard port');
    expect(open.dashboard.token).toMatch(/^[\w-]{43}$/);
  });
});

describe('changes', () => {
  const promotion = { version: '5', over: '4', reason: 'looks right' };

  test('are refused unless all of cookie, form and origin are ours', async () => {
    const before = await stateOf();
    const other = await signIn(open.dashboard);
    const port = Number(new URL(url).port);
    const wrong: [string, Record<string, string>, Record<string, string | undefined>][] = [
      ['no cookie', {}, { Cookie: undefined }],
      ['another cookie', {}, { Cookie: `trainyard-${port}=${'a'.repeat(43)}` }],
      ['no form', { session: '' }, {}],
      ['another form', { session: 'a'.repeat(43) }, {}],
      ['the form of another session', { session: other.form }, {}],
      ['the token in the place of the form', { session: open.dashboard.token }, {}],
      ['no origin', {}, { Origin: undefined }],
      ['the origin null', {}, { Origin: 'null' }],
      ['another site', {}, { Origin: 'http://evil.example' }],
      ['another port', {}, { Origin: `http://127.0.0.1:${port + 1}` }],
      ['another name of loopback', {}, { Origin: `http://localhost:${port}` }],
      ['https', {}, { Origin: `https://127.0.0.1:${port}` }],
      ['same site', {}, { 'Sec-Fetch-Site': 'same-site' }],
      ['cross-site', {}, { 'Sec-Fetch-Site': 'cross-site' }],
      ['an address that was typed', {}, { 'Sec-Fetch-Site': 'none' }],
    ];
    for (const [what, fields, headers] of wrong) {
      const { status } = await post('/models/digits/promote', { ...promotion, ...fields }, headers);
      expect(status, what).toBe(403);
    }
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/json', undefined])
      expect((await post('/models/digits/promote', promotion, { 'Content-Type': type })).status, type).toBe(
        415,
      );
    expect(await stateOf()).toBe(before);
  });

  test('come by POST alone, and are short', async () => {
    const before = await stateOf();
    const path = new URL('/models/digits/promote', url).href;
    const query = `?${new URLSearchParams({ session: session.form, ...promotion })}`;
    expect((await plainRequest(path + query, { headers: { Cookie: session.cookie } })).status).toBe(404);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      const headers = { ...ownHeaders(url), Cookie: session.cookie };
      const { status, headers: answered } = await plainRequest(path, { method, headers });
      expect([status, answered.allow], method).toEqual([405, 'GET, HEAD, POST']);
    }
    const long = 'x'.repeat(20_000);
    expect((await post('/models/digits/promote', { ...promotion, reason: long })).status).toBe(413);
    expect(await inPieces(path, long)).toBe(413);
    expect(await stateOf()).toBe(before);
  });

  /** Without a length that is known before. */
  const inPieces = (path: string, text: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...ownHeaders(url), Cookie: session.cookie, 'Transfer-Encoding': 'chunked' };
      const sent = request(path, { method: 'POST', headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.write(text.slice(0, 9000));
      sent.end(text.slice(9000));
    });

  test('the token opens a session of two halves, and nothing else does', async () => {
    const tryToken = (token: string) =>
      plainRequest(`${url}session`, { method: 'POST', headers: ownHeaders(url), body: `token=${token}` });
    for (const token of ['', 'wrong', open.dashboard.token.slice(0, -1), `${open.dashboard.token}a`]) {
      const { status, headers, text } = await tryToken(token);
      expect([status, headers['set-cookie']]).toEqual([403, undefined]);
      expect(text).not.toContain(open.dashboard.token);
    }
    const { headers, text } = await tryToken(open.dashboard.token);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^trainyard-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(text).toMatch(/^[\w-]{43}$/);
    expect(headers['set-cookie']![0]).not.toContain(text);
  });

  test('a late click, on a page that shows another champion, moves nothing and says so', async () => {
    const before = (await open.store.aliases.get('digits')).generation;
    const { status, headers } = await post('/models/digits/promote', {
      ...promotion,
      over: '2',
      back: '/models/digits',
    });
    expect([status, headers.location]).toEqual([303, '/models/digits']);
    expect((await open.store.aliases.get('digits')).generation).toBe(before);
    const shown = await plainRequest(`${url}models/digits`, { headers: { Cookie: session.cookie } });
    expect(shown.text).toContain('promote digits: expected version 2 in office, got version 4');
    const again = await plainRequest(`${url}models/digits`, { headers: { Cookie: session.cookie } });
    expect(again.text).not.toContain('in office');
  });

  test('an error leads back to a page of ours, whatever the form says', async () => {
    for (const back of [
      '//evil.example',
      'http://evil.example/',
      '/\\evil.example',
      'javascript:alert(1)',
      '',
    ]) {
      const { headers } = await post('/models/digits/promote', { version: 'x', back });
      expect(headers.location, back).toBe('/');
    }
  });

  test('forms that lack something are refused, each with what it lacks', async () => {
    const before = await stateOf();
    const wrong: [string, Record<string, string>, string][] = [
      [
        '/models/digits/promote',
        { version: '5', over: '4', reason: ' ' },
        'reason: expected something, got nothing',
      ],
      [
        '/models/digits/approve',
        { version: '-1', reason: 'x' },
        'version: expected a whole number from 1 up',
      ],
      ['/retrain', { pipeline: '../etc' }, 'pipeline: expected digits or glyphs, got something else'],
      ['/retrain', { pipeline: 'digits', start: 'lukewarm' }, 'start: expected warm or cold'],
      [
        '/schedules',
        { pipeline: 'digits', name: 'a', cron: '* *', timeZone: 'UTC', mode: 'needed' },
        'five fields of cron',
      ],
      [
        '/schedules',
        { pipeline: 'digits', name: 'a', cron: '* * * * *', timeZone: 'Moon', mode: 'needed' },
        'a time zone',
      ],
    ];
    for (const [path, fields, message] of wrong) {
      await post(path, { ...fields, back: '/jobs' });
      const { text } = await plainRequest(`${url}jobs`, { headers: { Cookie: session.cookie } });
      expect(text, path).toContain(message);
    }
    expect(await stateOf()).toBe(before);
  });
});

describe('files', () => {
  test('are saved by whoever is signed in, and never shown', async () => {
    const { champion } = open.filled;
    const path = `/runs/${champion}/files/train/weights.bin`;
    expect((await plainRequest(new URL(path, url).href)).status).toBe(404);
    expect((await post(path, {}, { Cookie: undefined })).status).toBe(403);
    expect((await post(path, { session: '' })).status).toBe(403);
    const { status, headers, body } = await post(path, {});
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['content-disposition']).toBe('attachment; filename="weights.bin"');
    const [stored] = (await open.store.runs.files(champion)).filter(
      ({ name }) => name === 'train/weights.bin',
    );
    expect(body.equals(await open.store.artifacts.get(stored!.digest))).toBe(true);
  });

  test('names of none lead nowhere', async () => {
    const { champion } = open.filled;
    for (const name of ['nothing', '..%2f..%2flock', '%2e%2e/lock', '%00', `${'a/'.repeat(300)}b`])
      expect((await post(`/runs/${champion}/files/${name}`, {})).status, name).toBe(404);
    expect((await post('/runs/..%2f..%2fstore/files/lock', {})).status).toBe(404);
  });

  test('one that is damaged is not taken for whole', async () => {
    const { store, filled } = open;
    const name = 'package/manifest.json';
    const file = (await store.runs.files(filled.champion)).find((one) => one.name === name);
    await store.artifacts.remove(file!.digest);
    await expect(post(`/runs/${filled.champion}/files/${name}`, {})).rejects.toThrow();
  });
});

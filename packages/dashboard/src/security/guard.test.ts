import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { limitedBody, loopbackOnly, ownPagesOnly, pageHeaders } from './guard.ts';
import { equalSecrets, newSecret, Sessions } from './sessions.ts';

const app = new Hono();
app.use(
  ...pageHeaders,
  loopbackOnly(() => 4680),
  ownPagesOnly,
  limitedBody,
);
app.all('*', (c) => c.text('passed'));

const ask = async (method: string, headers: Record<string, string>, body?: string) =>
  (
    await app.request('http://127.0.0.1:4680/', {
      method,
      headers: { host: '127.0.0.1:4680', ...headers },
      body,
    })
  ).status;
const own = { origin: 'http://127.0.0.1:4680', 'content-type': 'application/x-www-form-urlencoded' };

test('only names of loopback with the port are heard', async () => {
  for (const host of ['127.0.0.1:4680', 'localhost:4680', '[::1]:4680'])
    expect(await ask('GET', { host })).toBe(200);
  for (const host of ['127.0.0.1', 'localhost:80', 'evil.example:4680', '127.0.0.1:46800', ''])
    expect(await ask('GET', { host }), host).toBe(421);
});

test('only forms of our own pages come through', async () => {
  expect(await ask('POST', own, 'a=1')).toBe(200);
  expect(await ask('POST', { ...own, 'sec-fetch-site': 'same-origin' }, 'a=1')).toBe(200);
  for (const site of ['same-site', 'cross-site', 'none'])
    expect(await ask('POST', { ...own, 'sec-fetch-site': site }, 'a=1'), site).toBe(403);
  for (const origin of ['null', 'http://127.0.0.1', 'http://localhost:4680', 'https://127.0.0.1:4680', ''])
    expect(await ask('POST', { ...own, origin }, 'a=1'), origin).toBe(403);
  expect(await ask('POST', { ...own, 'content-type': 'text/plain' }, 'a=1')).toBe(415);
  expect(await ask('DELETE', own)).toBe(405);
  expect(await ask('POST', { ...own, 'content-length': '20000' }, 'a'.repeat(20_000))).toBe(413);
});

test('a session has two secrets, which only the token gives', () => {
  const token = newSecret();
  const sessions = new Sessions(token);
  expect(sessions.open(newSecret())).toBeUndefined();
  const session = sessions.open(token)!;
  expect(new Set([token, session.cookie, session.form]).size).toBe(3);
  expect(sessions.find(session.cookie)).toBe(session);
  expect(sessions.find(session.form)).toBeUndefined();
  expect(sessions.find(undefined)).toBeUndefined();
  // The oldest ones go, so that a program that signs in again and again fills no memory.
  for (let i = 0; i < 32; i++) sessions.open(token);
  expect(sessions.find(session.cookie)).toBeUndefined();
});

test('secrets are equal only as a whole', () => {
  expect(equalSecrets('abc', 'abc')).toBe(true);
  for (const other of ['', 'ab', 'abcd', 'abC']) expect(equalSecrets('abc', other)).toBe(false);
});

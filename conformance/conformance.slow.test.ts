import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandMissing } from '@trainyard/testing/embedded';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { conformance } from './command.ts';
import { parseConformance } from './report/schema.ts';
import type { Target } from './target.ts';
import { reference, targets } from './targets/index.ts';
import { fakeTarget } from './testing/fixtures.cases.ts';

let out: string;
let temporary: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'trainyard-conformance-out-'));
  temporary = await mkdtemp(join(tmpdir(), 'trainyard-conformance-tmp-'));
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const folder of [out, temporary]) await rm(folder, { recursive: true });
});

async function run(
  argv: readonly string[],
  more: readonly Target[] = [],
  signal = new AbortController().signal,
) {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const code = await conformance(argv, { targets: [...targets, ...more], reference, signal, print });
  return { code, lines };
}

/** Others write there too: tsx its cache, and whatever watches the machine. */
const leftovers = async () => (await readdir(temporary)).filter((name) => name.startsWith('trainyard'));

const readJson = async () =>
  parseConformance(JSON.parse(await readFile(join(out, 'conformance.json'), 'utf8')));
const few = ['--variants', 'digits/float32,digits/int8-u8s8', '--pictures', '20'];
/** Gives what Node gives, but for one logit. */
const wrong = fakeTarget(
  'wrong',
  async () => {
    throw new Error('never opened');
  },
  {
    open: (context, use) =>
      reference.open(context, (right) =>
        use(async (subject) => {
          const outcome = await right(subject);
          return { ...outcome, logits: outcome.logits.map((logit, i) => (i === 7 ? logit + 0.5 : logit)) };
        }),
      ),
  },
);

test('Node and its WASM: two files, the code 0, nothing left behind', async () => {
  const { code, lines } = await run([...few, '--targets', 'node-native,node-wasm', '--out', out]);
  expect(lines.join('\n')).toContain('conformance: all 4 results hold their bars');
  expect(code).toBe(0);
  expect((await readdir(out)).sort()).toEqual(['conformance.json', 'conformance.md']);
  const { cells, origins } = await readJson();
  expect(cells.map(({ target, subject, status }) => [target, subject, status])).toEqual(
    ['node-native', 'node-wasm'].flatMap((target) =>
      ['digits/float32', 'digits/int8-u8s8'].map((subject) => [target, subject, 'held']),
    ),
  );
  for (const { comparison, latencyMs } of cells) {
    expect(comparison!.pictures).toBe(20);
    expect(latencyMs!.p50).toBeGreaterThan(0);
  }
  expect(origins.map(({ subject }) => subject)).toEqual(['digits/float32']);
  expect(await leftovers()).toEqual([]);
});

const missing = commandMissing('gcc');
describe.skipIf(missing)(`C on this machine${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test('holds its bars, with the bits of the integer reference, and says what it ships', async () => {
    const { code } = await run([...few, '--targets', 'c-host', '--out', out]);
    expect(code).toBe(0);
    const { cells } = await readJson();
    const [float, int8] = cells;
    expect(float!.exact).toBeUndefined();
    expect(int8!.exact).toEqual({ name: 'the integer reference', differing: 0, logits: 200 });
    // 25,868 parameters: of 4 bytes, and of 1.
    const constants = (cell: typeof float) => cell!.parts.find(({ name }) => name === 'constants')!.bytes;
    expect(constants(float)).toBeGreaterThan(25_000 * 4);
    expect(constants(int8)).toBeLessThan(30_000);
    expect(int8!.ramBytes).toBeLessThan(float!.ramBytes!);
    expect(await leftovers()).toEqual([]);
  });
});

test('a wrong logit on one target ends with 1, and says where', async () => {
  const { code, lines } = await run([...few, '--targets', 'node-native,wrong', '--out', out], [wrong]);
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(
    /✗ wrong with digits\/float32: expected logits within 0\.00010, got a difference of 0\.50/,
  );
  expect(await readFile(join(out, 'conformance.md'), 'utf8')).toContain('## Broken');
});

test('what is missing is skipped by name, but not in CI', async () => {
  const absent = fakeTarget('absent', async () => Promise.reject(new Error('never')), {
    missing: () => 'no absent-gcc',
  });
  const argv = [
    '--variants',
    'digits/float32',
    '--pictures',
    '2',
    '--targets',
    'node-native,absent',
    '--out',
    out,
  ];
  vi.stubEnv('CI', '');
  const { code, lines } = await run(argv, [absent]);
  expect(lines).toContain('absent: skipped, no absent-gcc');
  expect(code).toBe(0);
  vi.stubEnv('CI', 'true');
  expect((await run(argv, [absent])).code).toBe(1);
});

test('an abort leaves no file and no folder, and ends with 130', async () => {
  const controller = new AbortController();
  const aborting = fakeTarget('aborting', async () => {
    controller.abort(new Error('interrupted'));
    throw new Error('meanwhile');
  });
  const { code } = await run([...few, '--targets', 'aborting', '--out', out], [aborting], controller.signal);
  expect(code).toBe(130);
  expect(await readdir(out)).toEqual([]);
  expect(await leftovers()).toEqual([]);
});

test.each([
  [['--targets', 'toaster'], /expected targets among node-native, .*, got toaster/],
  [
    ['--variants', 'digits/int4', '--targets', 'node-native'],
    /expected variants among .* or bundles among .*, got digits\/int4/,
  ],
  [['--pictures', '0'], /expected a whole number of at least 1/],
  [['--loud'], /unknown option/],
])('%j is refused in one line', async (argv, message) => {
  const { code, lines } = await run([...argv, '--out', out]);
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(message);
  expect(await readdir(out)).toEqual([]);
});

test('a part of the matrix does not replace the whole one', async () => {
  const document = new URL('../docs/conformance.md', import.meta.url);
  const before = await readFile(document, 'utf8').catch(() => undefined);
  const { code, lines } = await run([
    '--variants',
    'digits/float32',
    '--pictures',
    '2',
    '--targets',
    'node-native',
  ]);
  expect(code).toBe(0);
  expect(lines.join('\n')).toContain('nothing is written for a part of the matrix');
  expect(await readFile(document, 'utf8').catch(() => undefined)).toBe(before);
});

test('Ctrl-C in the command itself ends it and its compilers', async () => {
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@trainyard/source', 'conformance/index.ts', '--variants', 'digits/float32', '--targets', 'node-native,node-wasm', '--out', ${JSON.stringify(out)}], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (text) => { if (String(text).includes('node-native')) child.kill('SIGINT'); });
    child.on('exit', (code, signal) => console.log(JSON.stringify([code, signal])));
  `;
  const cwd = new URL('..', import.meta.url);
  const printed = execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8', timeout: 120_000 });
  expect(JSON.parse(printed.trim().split('\n').at(-1)!)).toEqual([130, null]);
  expect(await readdir(out)).toEqual([]);
  expect(await leftovers()).toEqual([]);
});

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Manifest, memorySource, ProviderError, packBundle, toInput } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environment } from './environment.ts';
import { loadBundle, type NodeOptions } from './load-bundle.ts';

const bundle = tinyBundle();
const pixels = pixelsOf(60);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-load-'));
  for (const [name, bytes] of Object.entries(bundle.files)) await writeFile(join(folder, name), bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A log, and options that write to it. */
function logged(options: NodeOptions = {}): { options: NodeOptions; info: string[]; warn: string[] } {
  const info: string[] = [];
  const warn: string[] = [];
  const logger = { info: (text: string) => info.push(text), warn: (text: string) => warn.push(text) };
  return { options: { ...options, logger }, info, warn };
}

/** The tiny bundle with another model under the same name, its digest right. */
function withModel(model: Uint8Array, change: Partial<Manifest> = {}): Record<string, Uint8Array> {
  const digest = `sha256:${createHash('sha256').update(model).digest('hex')}`;
  const variant = { ...bundle.manifest.variants[0]!, digest, bytes: model.length };
  const manifest = { ...bundle.manifest, variants: [variant], ...change };
  return { 'manifest.json': new TextEncoder().encode(JSON.stringify(manifest)), 'full.onnx': model };
}

describe('loadBundle', () => {
  test('loads a folder by path or URL, and a packed bundle', async () => {
    for (const place of [folder, pathToFileURL(folder), packBundle(bundle.files)]) {
      const classifier = await loadBundle(place);
      expect(await classifier.predict(pixels)).toEqual(bundle.expected(pixels));
      await classifier.dispose();
    }
  });

  test.each([false, true, 2])(
    'classifies a file, its bytes and its pixels alike (worker: %s)',
    async (worker) => {
      const classifier = await loadBundle(folder, { worker });
      const raw = { width: 5, height: 4, channels: 3 } as const;
      const png = await sharp(pixels, { raw }).png().toBuffer();
      const path = join(folder, 'picture.png');
      await writeFile(path, png);
      const expected = await classifier.classify({ data: pixels, ...raw });
      expect(await classifier.classify([path, png, pathToFileURL(path)])).toEqual([
        expected,
        expected,
        expected,
      ]);
      await expect(classifier.classify([path, join(folder, 'gone.png')])).rejects.toMatchObject({
        name: 'PictureError',
        message: 'gone.png: expected a readable file, got none there; check the path',
      });
      const large = { data: pixelsOf(300 * 300 * 3), width: 300, height: 300, channels: 3 } as const;
      const small = { data: toInput(large, bundle.manifest.input), ...raw };
      expect(await classifier.classify(large)).toEqual(await classifier.classify(small));
      expect(large.data).toEqual(pixelsOf(300 * 300 * 3));
      await expect(classifier.classify({ ...large, width: 301 })).rejects.toThrow(/expected 270900 bytes/);
      await classifier.dispose();
    },
  );

  test('falls back through the providers in order, with a reason for each', async () => {
    const { options, warn, info } = logged({ executionProviders: ['teapot', 'cuda', 'cpu'] });
    const classifier = await loadBundle(folder, options);
    const here = environment().providers.find(({ name }) => name === 'cuda');
    if (classifier.provider !== 'cuda') {
      expect(classifier.provider).toBe('cpu');
      expect(warn[1]).toMatch(
        here ? /cuda: its libraries are not installed|cuda: ./ : /cuda: not in this build/,
      );
    }
    expect(warn[0]).toMatch(
      /^execution provider teapot: not in this build of onnxruntime-node, which knows .*cpu/,
    );
    expect(info.join()).toContain(`execution provider ${classifier.provider}`);
    expect(info[0]).toBe('tiny: variant full, most accurate (100.00 %) of 2');
    await classifier.dispose();
  });

  test('says why none of the providers would do', async () => {
    await expect(loadBundle(folder, { executionProviders: ['teapot'] })).rejects.toThrow(
      /expected one of the providers teapot, got teapot: not in this build.*; add cpu/,
    );
    await expect(loadBundle(folder, { executionProviders: [] })).rejects.toThrow(ProviderError);
  });

  test('gives the same with every setting of ONNX Runtime', async () => {
    const settings: NodeOptions[] = [
      { threads: { intraOp: 1, interOp: 1 } },
      { threads: { interOp: 2 }, graphOptimization: 'disabled' },
      { memory: { arena: false, pattern: false } },
      { config: { 'session.intra_op.allow_spinning': '0' } },
    ];
    for (const options of settings) {
      const classifier = await loadBundle(folder, options);
      expect(await classifier.predict(pixels)).toEqual(bundle.expected(pixels));
      await classifier.dispose();
    }
  });

  test.each([false, true])('refuses what is no model, in one line (worker: %s)', async (worker) => {
    const source = memorySource(withModel(new TextEncoder().encode('no model at all')));
    const error = await loadBundle(source, { worker }).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(
      /^loading the model: expected one of the providers cpu, got cpu: /,
    );
    expect((error as Error).message).not.toContain('\n');
  });

  test('refuses a model that is not what the manifest says of it', async () => {
    const model = bundle.files['full.onnx']!;
    const { input, output, labels } = bundle.manifest;
    await expect(
      loadBundle(memorySource(withModel(model, { input: { ...input, name: 'x' } }))),
    ).rejects.toThrow(/one input called x, got pixels/);
    await expect(
      loadBundle(memorySource(withModel(model, { output: { ...output, name: 'y' } }))),
    ).rejects.toThrow(/an output called y, got logits/);
    await expect(loadBundle(memorySource(withModel(model, { labels: [...labels, 'dog'] })))).rejects.toThrow(
      /output logits of float32 \[batch, 4\], got float32 \[batch, 3\]/,
    );
    await expect(
      loadBundle(memorySource(withModel(model, { input: { ...input, width: 6 } }))),
    ).rejects.toThrow(/input pixels of uint8 \[batch, 4, 6, 3\], got uint8 \[batch, 4, 5, 3\]/);
  });

  test('does not accept a number of workers that is none', async () => {
    for (const worker of [-1, 1.5, Number.NaN])
      await expect(loadBundle(folder, { worker })).rejects.toThrow(/as `worker`/);
  });
});

describe('figures', () => {
  test('profiles by operator, and leaves nothing in the temporary folder', async () => {
    const leftovers = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('trainyard-profile-'));
    const before = await leftovers();
    const classifier = await loadBundle(folder);
    const rows = await classifier.profile(2, 3);
    expect(rows.map(({ opType }) => opType)).toEqual(expect.arrayContaining(['Cast', 'MatMul']));
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect([...rows].sort((a, b) => b.microseconds - a.microseconds)).toEqual(rows);
    expect(rows.every(({ provider }) => provider === 'CPUExecutionProvider')).toBe(true);
    await expect(classifier.profile(0, 1)).rejects.toThrow(/at least 1 as batch, got 0/);
    expect(await leftovers()).toEqual(before);
    await classifier.dispose();
  });

  test('tells memory, processor time and where they were measured', async () => {
    const classifier = await loadBundle(folder);
    await classifier.predict(pixels);
    const { rss, cpu } = classifier.usage();
    expect(Math.min(rss.beforeLoad, rss.afterLoad, rss.now)).toBeGreaterThan(1e6);
    expect(cpu.user).toBeGreaterThan(0);
    expect(environment()).toMatchObject({
      onnxRuntime: expect.stringMatching(/^1\.\d+/),
      node: process.versions.node,
    });
    await classifier.dispose();
  });
});

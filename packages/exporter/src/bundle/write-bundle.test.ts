import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recoverFolder, replaceFolder } from '@trainyard/trainer/files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BundleContents, digestOfBytes, writeBundle } from './write-bundle.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const names = ['float32.onnx', 'manifest.json', 'manifest.sha256'];
const sha = `sha256:${'0'.repeat(64)}`;
const contents = (model = new Uint8Array([1, 2, 3])): BundleContents => ({
  name: 'digits',
  labels: ['zero', 'one'],
  input: {
    name: 'pixels',
    dtype: 'uint8',
    layout: 'NHWC',
    height: 8,
    width: 8,
    channels: 1,
    resize: 'stretch',
  },
  output: { name: 'logits', dtype: 'float32' },
  variants: [
    {
      name: 'float32',
      precision: 'float32',
      parameters: 3,
      flops: 10,
      accuracy: 0.99,
      agreement: 1,
      maxAbsLogitDiff: 1e-6,
      targets: ['node', 'web'],
      model,
    },
  ],
  lineage: {
    dataset: { name: 'digits', digest: sha, train: 10, test: 5 },
    config: sha,
    commit: null,
    seed: 7,
    parent: null,
  },
});

test('a bundle is a manifest and the files it names, with their digests', async () => {
  const folder = join(root, 'dist/bundle');
  const { digest, manifest } = await writeBundle(folder, contents());
  expect((await readdir(folder)).sort()).toEqual(names);
  const bytes = await readFile(join(folder, 'manifest.json'));
  expect(digestOfBytes(bytes)).toBe(digest);
  expect(JSON.parse(bytes.toString())).toEqual(manifest);
  const model = await readFile(join(folder, manifest.variants[0]!.file));
  expect(digestOfBytes(model)).toBe(manifest.variants[0]!.digest);
  expect(manifest.variants[0]!.bytes).toBe(3);
});

test('the same contents in another order give the same digest, others another', async () => {
  const reversed = Object.fromEntries(Object.entries(contents()).reverse()) as unknown as BundleContents;
  const a = await writeBundle(join(root, 'a'), contents());
  const b = await writeBundle(join(root, 'b'), reversed);
  const c = await writeBundle(join(root, 'c'), contents(new Uint8Array([9])));
  expect(b.digest).toBe(a.digest);
  expect(c.digest).not.toBe(a.digest);
});

test('what was measured stands beside the manifest, and changes nothing of it', async () => {
  const folder = join(root, 'timed');
  const benchmark = { machine: 'a desk', latencyMs: { float32: { p50: 1, p95: 2 } } };
  const { digest } = await writeBundle(folder, { ...contents(), benchmark });
  expect(JSON.parse(await readFile(join(folder, 'benchmark.json'), 'utf8'))).toEqual({
    schema: 1,
    ...benchmark,
  });
  expect(digest).toBe((await writeBundle(join(root, 'untimed'), contents())).digest);
});

test('a bundle takes the place of the one before, with nothing of it left', async () => {
  const folder = join(root, 'bundle');
  await replaceFolder(folder, { 'old.onnx': new Uint8Array(1) });
  await writeBundle(folder, contents());
  expect((await readdir(folder)).sort()).toEqual(names);
  expect(await readdir(root)).toEqual(['bundle']);
});

test('contents that are not valid are refused before anything is written', async () => {
  const folder = join(root, 'bundle');
  await expect(writeBundle(folder, { ...contents(), labels: ['only'] })).rejects.toThrow(/labels/);
  expect(await readdir(root)).toEqual([]);
});

test('a failed write leaves the old bundle and nothing else', async () => {
  const folder = join(root, 'bundle');
  const before = await writeBundle(folder, contents());
  // A name that no file system takes fails in the middle of the writing, as a full disk would.
  const files = { 'fine.onnx': new Uint8Array(9), [`${'n'.repeat(300)}.onnx`]: new Uint8Array(9) };
  await expect(replaceFolder(folder, files)).rejects.toThrow(/ENAMETOOLONG/);
  expect(digestOfBytes(await readFile(join(folder, 'manifest.json')))).toBe(before.digest);
  expect(await readdir(root)).toEqual(['bundle']);
});

test('after a crash between the two renames the old bundle is put back', async () => {
  const folder = join(root, 'bundle');
  const before = await writeBundle(folder, contents());
  await rename(folder, `${folder}.previous`);
  expect(await recoverFolder(folder)).toBe(true);
  expect(digestOfBytes(await readFile(join(folder, 'manifest.json')))).toBe(before.digest);
  expect(await recoverFolder(folder)).toBe(false);
});

test('what a dead process left half-written is removed, what a living one writes is not', async () => {
  const dead = 2 ** 22 + 1; // above the largest process id of Linux
  for (const name of [`bundle.tmp-${dead}-00`, `bundle.tmp-${process.pid}-00`]) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'part.onnx'), 'x');
  }
  await writeBundle(join(root, 'bundle'), contents());
  expect((await readdir(root)).sort()).toEqual(['bundle', `bundle.tmp-${process.pid}-00`]);
});

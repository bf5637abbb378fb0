import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { bundleWith, tinyBundle } from '@trainyard/testing/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withFiles } from '../in-browser.cases.ts';
import { runCommand } from './command.ts';
import { publishBundle, publishRuntime } from './index.ts';

const bundle = tinyBundle({ height: 32, width: 32 });
let to: string;
beforeEach(async () => {
  to = await mkdtemp(join(tmpdir(), 'trainyard-publish-'));
});
afterEach(() => rm(to, { recursive: true }));

const read = (name: string) => readFile(join(to, name));

test('a bundle is copied whole, with compressed forms that unpack to it and their sizes', async () => {
  const { files, index } = await withFiles(bundle.files, (folder) => publishBundle(folder, to));
  expect(files).toEqual(['full.onnx', 'half.onnx', 'manifest.sha256', 'manifest.json']);
  for (const [name, bytes] of Object.entries(bundle.files))
    expect(Buffer.compare(await read(name), bytes), name).toBe(0);
  for (const name of ['full.onnx', 'half.onnx']) {
    const [br, gz] = [await read(`${name}.br`), await read(`${name}.gz`)];
    expect(Buffer.compare(brotliDecompressSync(br), bundle.files[name]!)).toBe(0);
    expect(Buffer.compare(gunzipSync(gz), bundle.files[name]!)).toBe(0);
    expect(index.files[name]).toEqual({ bytes: bundle.files[name]!.length, br: br.length, gz: gz.length });
  }
  expect(JSON.parse(String(await read('files.json')))).toEqual(index);
  expect(brotliDecompressSync(await read('files.json.br'))).toEqual(await read('files.json'));
});

test('a new release leaves nothing of the former one, and files of others alone', async () => {
  await withFiles(bundle.files, (folder) => publishBundle(folder, to));
  await writeFile(join(to, 'robots.txt'), '');
  const { manifest, files } = bundle;
  const [full] = manifest.variants;
  const only = bundleWith(bundle, { variants: [full!] });
  await withFiles({ ...files, ...only }, (folder) => publishBundle(folder, to));
  expect((await readdir(to)).sort()).toEqual([
    'files.json',
    'files.json.br',
    'full.onnx',
    'full.onnx.br',
    'full.onnx.gz',
    'manifest.json',
    'manifest.sha256',
    'robots.txt',
  ]);
});

test('a bundle of which a byte is not as released is not published', async () => {
  const broken = { ...bundle.files, 'half.onnx': bundle.files['full.onnx']! };
  await withFiles(broken, async (folder) => {
    await expect(publishBundle(folder, to)).rejects.toMatchObject({ name: 'BundleError' });
  });
  await withFiles({}, async (folder) => {
    await expect(publishBundle(folder, to)).rejects.toThrow('a file manifest.json');
  });
  expect(await readdir(to)).toEqual([]);
});

test("ONNX Runtime's files are copied for the providers that are named", async () => {
  const { files, index } = await publishRuntime(to, { quality: 0 });
  expect(files).toEqual([
    'ort.wasm.bundle.min.mjs',
    'ort-wasm-simd-threaded.mjs',
    'ort-wasm-simd-threaded.wasm',
  ]);
  const { bytes, br } = index.files['ort-wasm-simd-threaded.wasm']!;
  expect((await read('ort-wasm-simd-threaded.wasm')).length).toBe(bytes);
  expect(br).toBeLessThan(bytes / 3);
});

test('the command publishes, and says in one line what it cannot', async () => {
  const lines = await withFiles(bundle.files, (folder) =>
    runCommand(['bundle', folder, to, '--quality', '4']),
  );
  expect(lines[0]).toMatch(/^full\.onnx {2}\d+ bytes, brotli \d+, gzip \d+$/);
  expect(lines).toHaveLength(4);
  expect((await runCommand(['--help'])).join()).toContain('trainyard-web bundle <folder> <to>');
  for (const args of [
    [],
    ['bundle'],
    ['bundle', join(to, 'none'), to],
    ['runtime'],
    ['runtime', to, 'more'],
    ['runtime', to, '--quality', '12'],
    ['--what'],
  ])
    await expect(runCommand(args), args.join(' ')).rejects.toThrow(/^[^\n]+$/);
});

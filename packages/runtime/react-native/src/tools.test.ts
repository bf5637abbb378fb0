import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unpackBundle } from '@trainyard/runtime-common';
import { tinyBundle } from '@trainyard/testing/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const { files } = tinyBundle();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-pack-'));
  await mkdir(join(folder, 'bundle'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, 'bundle', name), bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command from the sources. */
async function pack(...args: string[]): Promise<{ code: number; out: string }> {
  const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
  try {
    const command = [...flags, join(root, 'packages/runtime/react-native/pack.js'), ...args];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, out: stderr };
  }
}

describe('trainyard-pack', () => {
  test('writes the whole bundle, or the model that is preferred', async () => {
    const target = join(folder, 'all.tybundle');
    expect(await pack(join(folder, 'bundle'), target)).toEqual({
      code: 0,
      out: expect.stringMatching(/ bytes; full, half\n$/),
    });
    expect(unpackBundle(new Uint8Array(await readFile(target)))).toEqual(files);
    expect(await pack(join(folder, 'bundle'), target, '--prefer', 'accuracy')).toEqual({
      code: 0,
      out: expect.stringMatching(/ bytes; full\n$/),
    });
    const { 'half.onnx': _, ...rest } = files;
    expect(unpackBundle(new Uint8Array(await readFile(target)))).toEqual(rest);
    expect(await readdir(folder)).not.toContain('all.tybundle.part');
  });

  test('says what is wrong in one line, and writes nothing', async () => {
    const target = join(folder, 'never.tybundle');
    const broken = join(folder, 'broken');
    await mkdir(broken);
    for (const [name, bytes] of Object.entries(files))
      await writeFile(join(broken, name), name === 'half.onnx' ? bytes.slice(1) : bytes);
    for (const [args, message] of [
      [[], /^trainyard-pack: usage: trainyard-pack <bundle folder>/],
      [[join(folder, 'bundle'), 'x.zip'], /^trainyard-pack: expected a file name\.tybundle, got x\.zip/],
      [[join(folder, 'gone'), target], /^trainyard-pack: .*manifest\.json/],
      [[broken, target], /^trainyard-pack: broken, half\.onnx: expected \d+ bytes/],
      [
        [join(folder, 'bundle'), target, '--prefer', 'int8'],
        /expected one of the variants full, half, got "int8"/,
      ],
    ] as const) {
      const { code, out } = await pack(...args);
      expect([code, out.trim().split('\n').length]).toEqual([1, 1]);
      expect(out).toMatch(message);
    }
    expect(await readdir(folder)).not.toContain('never.tybundle');
  });
});

describe('withTrainyard', () => {
  const { withTrainyard } = createRequire(import.meta.url)('../metro.cjs') as typeof import('../metro.cjs');

  test('adds the extension once, and leaves the rest and its argument alone', () => {
    const config = { resolver: { assetExts: ['png'], sourceExts: ['ts'] }, projectRoot: '/app' };
    const changed = withTrainyard(withTrainyard(config));
    expect(changed).toEqual({
      resolver: { assetExts: ['png', 'tybundle'], sourceExts: ['ts'] },
      projectRoot: '/app',
    });
    expect(config.resolver.assetExts).toEqual(['png']);
    expect(withTrainyard({})).toEqual({ resolver: { assetExts: ['tybundle'] } });
  });
});

import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleError } from '@trainyard/runtime-common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderSource } from './folder-source.ts';

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-folder-'));
  folder = join(root, 'bundle');
  await mkdir(join(folder, 'sub'), { recursive: true });
  await writeFile(join(root, 'secret'), 'outside');
  await writeFile(join(folder, 'model.onnx'), 'inside');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('folderSource', () => {
  test('reads the files of its folder', async () => {
    const source = await folderSource(folder);
    expect(source.name).toBe('bundle');
    expect(new TextDecoder().decode(await source.read('model.onnx'))).toBe('inside');
    expect(await source.has?.('model.onnx')).toBe(true);
    expect(await source.has?.('other.onnx')).toBe(false);
  });

  test.each(['../secret', '/etc/hosts', 'sub/../model.onnx', '..', '.', '', 'sub\\x', 'a\0b'])(
    'does not take %j for a file name',
    async (name) => {
      const source = await folderSource(folder);
      await expect(source.read(name)).rejects.toThrow(/plain file name/);
    },
  );

  test.skipIf(process.platform === 'win32')('does not follow symbolic links', async () => {
    await symlink(join(root, 'secret'), join(folder, 'linked.onnx'));
    const source = await folderSource(folder);
    await expect(source.read('linked.onnx')).rejects.toThrow(/regular file, got a symbolic link/);
  });

  test('reads a link to the folder itself, which its owner made', async () => {
    await symlink(folder, join(root, 'current'), 'junction');
    const source = await folderSource(join(root, 'current'));
    expect(await source.read('model.onnx')).toHaveLength(6);
  });

  test('says what is wrong with a folder or a file, in one line', async () => {
    const source = await folderSource(folder);
    await expect(source.read('manifest.json')).rejects.toThrow(
      /bundle: expected a file manifest\.json, got only .*model\.onnx/,
    );
    await expect(source.read('sub')).rejects.toThrow(BundleError);
    await expect(folderSource(join(root, 'nothing'))).rejects.toThrow(/nothing: expected a bundle folder/);
    await expect(folderSource(join(root, 'secret'))).rejects.toThrow(/expected a bundle folder, got a file/);
  });

  test('reads a hard link as the file it is: the digest decides', async () => {
    await link(join(root, 'secret'), join(folder, 'hard.onnx'));
    expect(await (await folderSource(folder)).read('hard.onnx')).toHaveLength(7);
  });
});

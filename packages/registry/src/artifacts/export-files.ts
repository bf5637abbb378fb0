import { lstat, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFolder } from '@trainyard/trainer/files';
import { ArtifactError } from '../errors.ts';
import { checkFileName } from '../names.ts';
import type { ArtifactStore } from './artifact-store.ts';

/**
 * Writes artifacts under their names into a folder, such as the files of a version for a runtime to open. The folder
 * is replaced whole, or stays as it was.
 * @throws InputError at a name that could lead elsewhere; ArtifactError at a missing or damaged artifact, or where the
 * folder is a link
 */
export async function exportFiles(
  artifacts: ArtifactStore,
  files: readonly { readonly name: string; readonly digest: string }[],
  folder: string,
): Promise<void> {
  const target = resolve(folder);
  const contents: Record<string, Uint8Array> = {};
  for (const { name, digest } of files) contents[checkFileName('export', name)] = await artifacts.get(digest);
  await mkdir(dirname(target), { recursive: true });
  const there = await lstat(target).catch(() => undefined);
  if (there && !there.isDirectory())
    throw new ArtifactError(target, 'a folder to replace, or nothing', 'a link or a file', 'remove it');
  await replaceFolder(target, contents);
}

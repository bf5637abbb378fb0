import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderArtifacts } from '../artifacts/folder-artifacts.ts';
import type { ArtifactsUnderTest } from './artifacts.cases.ts';

/** A folder of artifacts, which goes when it is closed. */
export async function artifactsFolder(): Promise<ArtifactsUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  return {
    open: (options) => folderArtifacts(folder, options),
    async change(digest, change) {
      const file = await fileOf(folder, digest);
      await writeFile(file, change(new Uint8Array(await readFile(file))));
    },
    tick: 20,
    leftovers: () => readdir(join(folder, 'incoming')).catch(() => []),
    close: () => rm(folder, { recursive: true }),
  };
}

/** Where a folder has an artifact. */
export async function fileOf(folder: string, digest: string): Promise<string> {
  const hex = digest.slice('sha256:'.length);
  const file = join(folder, 'sha256', hex.slice(0, 2), hex.slice(2));
  if (!(await readdir(join(file, '..'))).includes(hex.slice(2))) throw new Error(`no file for ${digest}`);
  return file;
}

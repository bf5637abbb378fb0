import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderArtifacts } from '../artifacts/folder-artifacts.ts';
import { ArtifactError } from '../errors.ts';
import { randomNumbers } from './random-numbers.cases.ts';

/** Flips bits of stored artifacts, one at a time, and puts each back. @returns how many were found when read */
export async function foundBitFlips(folder: string, flips: number): Promise<number> {
  const draw = randomNumbers(11);
  const store = folderArtifacts(folder);
  const sizes = [1, 64, 1000, 40_000];
  const artifacts = await Promise.all(
    sizes.map((size) => store.put(Uint8Array.from({ length: size }, () => Math.floor(draw() * 256)))),
  );
  let found = 0;
  for (let flip = 0; flip < flips; flip++) {
    const { digest } = artifacts[flip % artifacts.length];
    const file = await fileOf(folder, digest);
    const good = await readFile(file);
    const bad = Uint8Array.from(good);
    bad[Math.floor(draw() * bad.length)] ^= 1 << Math.floor(draw() * 8);
    await writeFile(file, bad);
    try {
      await store.get(digest);
    } catch (error) {
      if (error instanceof ArtifactError) found += 1;
    }
    await writeFile(file, good);
  }
  return found;
}

/** Where the folder has an artifact. */
export async function fileOf(folder: string, digest: string): Promise<string> {
  const hex = digest.slice('sha256:'.length);
  const file = join(folder, 'sha256', hex.slice(0, 2), hex.slice(2));
  if (!(await readdir(join(file, '..'))).includes(hex.slice(2))) throw new Error(`no file for ${digest}`);
  return file;
}

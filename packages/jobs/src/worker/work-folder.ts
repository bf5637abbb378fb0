import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { checkFileName, type Run, type Store } from '@trainyard/registry';
import { JobError } from '../errors.ts';

/** Files from which interrupted work goes on; they follow the run from one worker to the next. */
export const checkpoints = 'checkpoints';

/**
 * The folder of a claim: `<root>/<run>/<token>`. A worker that was taken for dead and comes back writes to the folder
 * of its own token, where nobody looks any more.
 */
export async function makeWorkFolder(
  root: string,
  { store, run, reads }: { store: Store; run: Run; reads: (file: string) => boolean },
): Promise<string> {
  const all = join(root, run.id);
  const folder = join(all, String(run.token));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const older = (await readdir(all))
    .filter((name) => Number(name) < run.token)
    .sort((a, b) => Number(b) - Number(a));
  const files = await store.runs.files(run.id);
  const local = await copyCheckpoints(all, older, folder);
  for (const { name, digest } of files) {
    const isCheckpoint = name.startsWith(`${checkpoints}/`);
    if (isCheckpoint ? local : !reads(name)) continue;
    const path = join(folder, checkFileName('run', name));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await store.artifacts.get(digest));
  }
  for (const name of older) await rm(join(all, name), { recursive: true, force: true });
  return folder;
}

/** What the work of a stage has left to go on from, under the names that the run keeps it by. */
export async function listCheckpoints(
  folder: string,
): Promise<{ readonly name: string; readonly path: string; readonly written: number }[]> {
  const found = [];
  for (const file of await readdir(join(folder, checkpoints)).catch(() => [])) {
    const path = join(folder, checkpoints, file);
    const about = await stat(path).catch(() => undefined);
    // Half-written files have names of another form.
    if (about?.isFile() && /^[A-Za-z0-9][\w-]*\.[A-Za-z0-9]+$/.test(file))
      found.push({ name: `${checkpoints}/${file}`, path, written: about.mtimeMs });
  }
  return found;
}

/** @returns whether an earlier claim on this machine had left some */
async function copyCheckpoints(all: string, older: readonly string[], folder: string): Promise<boolean> {
  for (const name of older) {
    const from = join(all, name, checkpoints);
    const left = await readdir(from).catch(() => []);
    if (left.length === 0) continue;
    await mkdir(join(folder, checkpoints));
    // An orphan may still be at work there, and take files away; each of them is whole as long as it is there.
    for (const file of left)
      await copyFile(join(from, file), join(folder, checkpoints, file)).catch(() => undefined);
    return true;
  }
  return false;
}

/** Removes all folders of a run. */
export const removeWorkFolders = (root: string, run: string): Promise<void> =>
  rm(join(root, run), { recursive: true, force: true, maxRetries: 3 });

/** A file that the child names. @throws JobError when it lies elsewhere */
export async function readResult(folder: string, name: string): Promise<Uint8Array> {
  const path = resolve(folder, checkFileName('result', name));
  if (!path.startsWith(resolve(folder) + sep))
    throw new JobError('result', 'a file of the work folder', name);
  return readFile(path);
}

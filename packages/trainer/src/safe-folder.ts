import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder, writeFileAtomic } from './safe-file.ts';

/** Folders that are written under another name first: `<name>.tmp-<process>-<random>`. */
const temporary = (folder: string) => `${folder}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
const setAside = (folder: string) => `${folder}.previous`;

/**
 * Writes a folder of files, whole or not at all, in place of the one that is there.
 * The new folder is built and synced beside the old one, the old one is renamed to `<folder>.previous`, the new one
 * takes its place, and only then the old one goes; `recoverFolder` repairs a crash between the two renames.
 * @throws what the file system throws (such as ENOSPC); the old folder is then untouched and nothing new is left
 */
export async function replaceFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  await recoverFolder(target);
  const fresh = temporary(target);
  try {
    await mkdir(fresh);
    for (const [name, bytes] of Object.entries(files)) await writeFileAtomic(join(fresh, name), bytes);
    await syncFolder(fresh);
    await swapIn(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function swapIn(fresh: string, target: string): Promise<void> {
  const aside = setAside(target);
  const replaces = await exists(target);
  if (replaces) await rename(target, aside);
  try {
    await rename(fresh, target);
  } catch (error) {
    if (replaces) await rename(aside, target);
    throw error;
  }
  await syncFolder(dirname(target));
  if (replaces) await rm(aside, { recursive: true, force: true });
}

/**
 * Puts back the folder that a crash left set aside, and removes what dead processes left half-written beside it.
 * @returns whether a folder was put back
 */
export async function recoverFolder(folder: string): Promise<boolean> {
  const target = resolve(folder);
  const aside = setAside(target);
  const putBack = !(await exists(target)) && (await exists(aside));
  if (putBack) await rename(aside, target);
  else await rm(aside, { recursive: true, force: true });
  const prefix = `${basename(target)}.tmp-`;
  for (const name of await namesIn(dirname(target))) {
    if (!name.startsWith(prefix)) continue;
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(owner)) await rm(join(dirname(target), name), { recursive: true, force: true });
  }
  return putBack;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

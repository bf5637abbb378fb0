import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { type FileSystem, nodeFileSystem } from './file-system.ts';
import { type WriteOptions, writeFileAtomic } from './safe-file.ts';

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
  { fileSystem: fs = nodeFileSystem }: Pick<WriteOptions, 'fileSystem'> = {},
): Promise<void> {
  const target = resolve(folder);
  await fs.makeFolder(dirname(target));
  await recoverFolder(target, fs);
  const fresh = temporary(target);
  try {
    await fs.makeFolder(fresh);
    for (const [name, bytes] of Object.entries(files))
      await writeFileAtomic(join(fresh, name), bytes, { fileSystem: fs });
    await fs.syncFolder(fresh);
    await swapIn(fresh, target, fs);
  } catch (error) {
    await fs.removeFolder(fresh).catch(() => undefined);
    throw error;
  }
}

async function swapIn(fresh: string, target: string, fs: FileSystem): Promise<void> {
  const aside = setAside(target);
  const replaces = await exists(target, fs);
  if (replaces) await fs.rename(target, aside);
  try {
    await fs.rename(fresh, target);
  } catch (error) {
    // Where this fails too, the next one to come puts it back.
    if (replaces) await fs.rename(aside, target).catch(() => undefined);
    throw error;
  }
  await fs.syncFolder(dirname(target));
  if (replaces) await fs.removeFolder(aside);
}

/**
 * Puts back the folder that a crash left set aside, and removes what dead processes left half-written beside it.
 * @returns whether a folder was put back
 */
export async function recoverFolder(folder: string, fs: FileSystem = nodeFileSystem): Promise<boolean> {
  const target = resolve(folder);
  const aside = setAside(target);
  const putBack = !(await exists(target, fs)) && (await exists(aside, fs));
  if (putBack) await fs.rename(aside, target);
  else await fs.removeFolder(aside);
  const prefix = `${basename(target)}.tmp-`;
  for (const name of await namesIn(dirname(target), fs)) {
    if (!name.startsWith(prefix)) continue;
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(owner)) await fs.removeFolder(join(dirname(target), name));
  }
  return putBack;
}

const exists = (path: string, fs: FileSystem): Promise<boolean> =>
  fs.info(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

const namesIn = (folder: string, fs: FileSystem): Promise<string[]> =>
  fs.names(folder).catch((error: NodeJS.ErrnoException) => {
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

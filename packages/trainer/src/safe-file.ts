import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Folders can't be synced everywhere: Windows refuses, and so do some network file systems. */
const unsupported = new Set(['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

/** Makes renames and new names in a folder last through a power cut, where the file system can do that. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!unsupported.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Removes what a killed `writeFileAtomic` of this file left under temporary names; nobody may be writing it now. */
export async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file);
  const names = await readdir(folder).catch((): string[] => []);
  const left = names.filter((name) => name.startsWith(`.${basename(file)}.`) && name.endsWith('.tmp'));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}

export interface WriteOptions {
  /** Another name in the same folder, under which the old content is kept. */
  readonly previous?: string;
}

/**
 * Writes a file so that a reader, now or after a crash, sees the old content or the new one, never a part:
 * to a temporary name in the same folder, synced, renamed, and the folder synced. Missing folders are made.
 * @throws the file system's error, such as ENOSPC; the old content is then still there, and no temporary file
 */
export async function writeFileAtomic(
  file: string,
  content: Uint8Array | string,
  { previous }: WriteOptions = {},
): Promise<void> {
  const temporary = await writeTemporary(file, content);
  try {
    if (previous !== undefined) await rename(file, previous).catch(ignoreMissing);
    await rename(temporary, file);
  } catch (error) {
    await removeQuietly(temporary);
    throw error;
  }
  await syncFolder(dirname(file));
}

/**
 * Writes files that belong together, by their paths: none takes its place before all are on the disk.
 * @throws the file system's error, such as ENOSPC; the old files are then still there, and no temporary ones
 */
export async function writeFilesAtomic(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const written = new Map<string, string>();
  try {
    for (const [file, content] of Object.entries(files))
      written.set(file, await writeTemporary(file, content));
    for (const [file, temporary] of written) await rename(temporary, file);
  } catch (error) {
    await Promise.all([...written.values()].map(removeQuietly));
    throw error;
  }
  for (const folder of new Set([...written.keys()].map((file) => dirname(file)))) await syncFolder(folder);
}

/** @returns the temporary name, in the folder of the file */
async function writeTemporary(file: string, content: Uint8Array | string): Promise<string> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await removeQuietly(temporary);
    throw error;
  }
  return temporary;
}

const removeQuietly = (file: string): Promise<void> => rm(file, { force: true }).catch(() => undefined);

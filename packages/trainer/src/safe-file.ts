import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type FileSystem, nodeFileSystem, writeWhole } from './file-system.ts';

/** Removes what a killed `writeFileAtomic` of this file left under temporary names; nobody may be writing it now. */
export async function removeLeftovers(file: string, fs: FileSystem = nodeFileSystem): Promise<void> {
  const folder = dirname(file);
  const names = await fs.names(folder).catch((): string[] => []);
  const left = names.filter((name) => name.startsWith(`.${basename(file)}.`) && name.endsWith('.tmp'));
  await Promise.all(left.map((name) => fs.remove(join(folder, name))));
}

export interface WriteOptions {
  /** Another name in the same folder, under which the old content is kept. */
  readonly previous?: string;
  /** What does the work; Node's file system unless given. */
  readonly fileSystem?: FileSystem;
}

/**
 * Writes a file so that a reader, now or after a crash, sees the old content or the new one, never a part:
 * to a temporary name in the same folder, synced, renamed, and the folder synced. Missing folders are made.
 * Where files can't have two names, `previous` is for a moment the only one of the old content.
 * @throws the file system's error, such as ENOSPC; the old content is then still there, and no temporary file
 */
export async function writeFileAtomic(
  file: string,
  content: Uint8Array | string,
  { previous, fileSystem: fs = nodeFileSystem }: WriteOptions = {},
): Promise<void> {
  const temporary = await writeTemporary(file, content, fs);
  try {
    if (previous !== undefined) await keepAs(file, previous, fs);
    await fs.rename(temporary, file);
  } catch (error) {
    await removeQuietly(temporary, fs);
    throw error;
  }
  await fs.syncFolder(dirname(file));
}

/** What a file system answers, where files have one name only. */
const oneName = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** Gives a file, where it is there, another name, in place of the file that had that one. */
async function keepAs(file: string, other: string, fs: FileSystem): Promise<void> {
  const temporary = temporaryOf(file);
  try {
    await fs.link(file, temporary);
  } catch (error) {
    if (oneName.has(codeOf(error))) await fs.rename(file, other).catch(ignoreMissing);
    else ignoreMissing(error);
    return;
  }
  try {
    await fs.rename(temporary, other);
  } finally {
    // It is still there where both were names of one file already.
    await removeQuietly(temporary, fs);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

const ignoreMissing = (error: unknown): void => {
  if (codeOf(error) !== 'ENOENT') throw error;
};

/**
 * Writes files that belong together, by their paths: none takes its place before all are on the disk.
 * @throws the file system's error, such as ENOSPC; the old files are then still there, and no temporary ones
 */
export async function writeFilesAtomic(
  files: Readonly<Record<string, Uint8Array | string>>,
  { fileSystem: fs = nodeFileSystem }: Pick<WriteOptions, 'fileSystem'> = {},
): Promise<void> {
  const written = new Map<string, string>();
  try {
    for (const [file, content] of Object.entries(files))
      written.set(file, await writeTemporary(file, content, fs));
    for (const [file, temporary] of written) await fs.rename(temporary, file);
  } catch (error) {
    await Promise.all([...written.values()].map((temporary) => removeQuietly(temporary, fs)));
    throw error;
  }
  for (const folder of new Set([...written.keys()].map((file) => dirname(file)))) await fs.syncFolder(folder);
}

/** @returns the temporary name, in the folder of the file */
async function writeTemporary(file: string, content: Uint8Array | string, fs: FileSystem): Promise<string> {
  await fs.makeFolder(dirname(file));
  const temporary = temporaryOf(file);
  try {
    const open = await fs.create(temporary);
    try {
      await writeWhole(open, typeof content === 'string' ? new TextEncoder().encode(content) : content);
      await open.sync();
    } finally {
      await open.close();
    }
  } catch (error) {
    await removeQuietly(temporary, fs);
    throw error;
  }
  return temporary;
}

const temporaryOf = (file: string): string => join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);

const removeQuietly = (file: string, fs: FileSystem): Promise<void> => fs.remove(file).catch(() => undefined);

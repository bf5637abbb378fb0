import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { DatasetError } from '../errors.ts';

/** Files that are meant as pictures. Those that are not PNG, JPEG or WebP count as unreadable rather than vanish. */
const pictureExtension = /^\.(png|jpe?g|webp|gif|bmp|tiff?|avif|hei[cf]|jxl)$/i;

export interface ClassFiles {
  readonly name: string;
  /** Full paths, in the order of their paths within the folder. */
  readonly files: readonly string[];
}

/** The class folders of one folder and their pictures, both in the order of their code units. */
export async function listClasses(folder: string): Promise<ClassFiles[]> {
  const names = await subFolders(folder);
  if (names.length === 0) {
    throw new DatasetError(
      `image folder ${folder}`,
      'one sub-folder a class',
      'no sub-folders',
      'put the pictures of each class into a folder named after it (symbolic links are not followed)',
    );
  }
  return Promise.all(
    names.map(async (name) => ({ name: name.normalize('NFC'), files: await listFiles(join(folder, name)) })),
  );
}

/** Names of the folders in a folder, sorted; hidden ones and symbolic links are passed over. */
export async function subFolders(folder: string): Promise<string[]> {
  const entries = await readFolder(folder, false);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readFolder(folder, true);
  return entries
    .filter(
      (entry) => entry.isFile() && !entry.name.startsWith('.') && pictureExtension.test(extname(entry.name)),
    )
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((path) => join(folder, path));
}

async function readFolder(folder: string, recursive: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { recursive, withFileTypes: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const got = code === 'ENOENT' ? 'nothing there' : code === 'ENOTDIR' ? 'a file' : `error ${code}`;
    throw new DatasetError(`image folder ${folder}`, 'a readable folder', got, 'check the path', { cause });
  }
}

import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  BundleError,
  type BundleSource,
  isPlainFileName,
  messageOf,
  missingFile,
} from '@trainyard/runtime-common';

/** Larger files are not read; ONNX itself ends at 2 GiB. */
const maxFileBytes = 2 ** 31;

/**
 * A bundle in a folder. Only regular files that lie in the folder itself are read: no other folders, no symbolic
 * links, whatever a manifest says.
 * @throws BundleError when there is no such folder
 */
export async function folderSource(folder: string): Promise<BundleSource> {
  const name = basename(folder);
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new BundleError(
      name,
      'a bundle folder',
      messageOf(cause),
      'give the folder that holds manifest.json',
      {
        cause,
      },
    );
  });
  if (!(await lstat(root)).isDirectory())
    throw new BundleError(name, 'a bundle folder', 'a file', 'give the folder that holds manifest.json');
  return {
    name,
    async has(fileName) {
      return (await readdir(root)).includes(fileName);
    },
    async read(fileName) {
      if (!isPlainFileName(fileName)) throw new BundleError(name, 'a plain file name', `"${fileName}"`);
      return readInside(root, fileName, name);
    },
  };
}

async function readInside(root: string, fileName: string, name: string): Promise<Uint8Array> {
  const path = join(root, fileName);
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) throw missingFile(name, fileName, await readdir(root));
  if (!stats.isFile())
    throw new BundleError(
      `${name}, ${fileName}`,
      'a regular file',
      stats.isSymbolicLink() ? 'a symbolic link' : 'something else',
      'copy the bundle with its files',
    );
  // The file could be swapped for a link after lstat: where the system can, opening refuses links as well.
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await file.stat();
    if (size > maxFileBytes) throw new BundleError(`${name}, ${fileName}`, 'at most 2 GiB', `${size} bytes`);
    const buffer = await file.readFile();
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } finally {
    await file.close();
  }
}

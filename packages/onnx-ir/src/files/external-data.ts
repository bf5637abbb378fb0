import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { ModelError } from '../errors.ts';
import type { ExternalLocation } from '../serde/read.ts';

// A link put there since the path was resolved is not followed, and a pipe does not block. Windows has neither flag.
const readOnly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Looks for external data inside the model's folder, and nowhere else.
 * @returns a function that reads the bytes, and checks again when it is called
 * @throws ModelError when the location leads out of the folder, or the file is shorter than the model says
 */
export function findExternalData(folder: string, data: ExternalLocation): () => Uint8Array {
  const read = (): Uint8Array => withFile(folder, data, (file) => readRange(file, data));
  withFile(folder, data, () => undefined);
  return read;
}

function withFile<T>(folder: string, data: ExternalLocation, use: (file: number) => T): T {
  const where = `external data "${data.location}"`;
  const file = open(where, insideOf(where, folder, data.location));
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ModelError(where, 'a file', 'something else');
    // A second name may be outside of the folder, and nothing tells which of them is the real one.
    if (stat.nlink > 1)
      throw new ModelError(where, 'a file of its own', `one with ${stat.nlink} hard links`, 'copy it');
    if (data.offset + data.length > stat.size)
      throw new ModelError(
        where,
        `at least ${data.offset + data.length} bytes`,
        `${stat.size}`,
        'fetch or export the file again',
      );
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** The real path of a location. @throws ModelError when it is not inside of the folder */
function insideOf(where: string, folder: string, location: string): string {
  const parts = location.split(/[\\/]/);
  const isAbsolute =
    path.posix.isAbsolute(location) || path.win32.isAbsolute(location) || location.includes(':');
  if (isAbsolute || parts.includes('..') || location.includes('\0'))
    throw new ModelError(
      where,
      "a path inside of the model's folder",
      'one that leads out',
      'move the file there',
    );
  const root = realpathSync(folder);
  const real = realPath(where, path.join(root, ...parts));
  if (!real.startsWith(root.endsWith(path.sep) ? root : root + path.sep))
    throw new ModelError(
      where,
      "a file inside of the model's folder",
      'a link that leads out',
      'copy the file',
    );
  return real;
}

function realPath(where: string, file: string): string {
  try {
    return realpathSync(file);
  } catch (cause) {
    throw new ModelError(where, "a file in the model's folder", 'none', 'put it beside the model', { cause });
  }
}

function open(where: string, file: string): number {
  try {
    return openSync(file, readOnly);
  } catch (cause) {
    throw new ModelError(where, 'a file that can be read', (cause as Error).message, undefined, { cause });
  }
}

function readRange(file: number, { location, offset, length }: ExternalLocation): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) throw new ModelError(`external data "${location}"`, `${length} bytes`, `${done}`);
    done += count;
  }
  return bytes;
}

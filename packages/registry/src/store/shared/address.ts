import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConnectionError, codeOf } from '../../errors.ts';

/** Paths of sockets are this long at most, in bytes: unix(7) says 107 and a zero, macOS has 103. */
const longest = 103;

const isPipe = (address: string): boolean => address.startsWith('\\\\');

/**
 * Where a new owner of a store listens: a socket of its own name, in a folder of the store's, or of the temporary
 * folder where the path would be too long for sockets; on Windows, a pipe.
 */
export function newAddress(folder: string): string {
  const name = randomBytes(4).toString('hex');
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\trainyard-${hash}-${name}`;
  const inside = join(folder, 'shared', name);
  if (Buffer.byteLength(inside) <= longest) return inside;
  return join(tmpdir(), `trainyard-${process.getuid?.() ?? 'user'}-${hash}`, name);
}

/**
 * Makes the folder of a socket, which lets this user alone in, and removes what killed owners left in it.
 * @throws ConnectionError where it is another user's, or no folder
 */
export async function preparePrivate(address: string): Promise<void> {
  if (isPipe(address)) return;
  const folder = dirname(address);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await checkOwner(folder);
  await chmod(folder, 0o700);
  for (const name of await readdir(folder)) {
    const left = join(folder, name);
    if ((await lstat(left).catch(() => undefined))?.isSocket()) await rm(left, { force: true });
  }
}

/** @throws ConnectionError where others could have put a socket of theirs there */
export async function checkPrivate(address: string): Promise<void> {
  if (isPipe(address)) return;
  const mode = await checkOwner(dirname(address));
  if (mode & 0o077)
    throw new ConnectionError(
      dirname(address),
      "a folder of this user's alone",
      'one that is open to others',
    );
}

/** Removes the socket, and its folder when that is empty. */
export async function removeAddress(address: string): Promise<void> {
  if (isPipe(address)) return;
  await rm(address, { force: true });
  await rmdir(dirname(address)).catch(() => undefined);
}

/** @returns the permissions of a folder. */
async function checkOwner(folder: string): Promise<number> {
  const found = await lstat(folder).catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  const own = process.getuid?.();
  if (found?.isDirectory() && (own === undefined || found.uid === own)) return found.mode & 0o777;
  const got = !found ? 'none' : found.isDirectory() ? 'one of another user' : 'something else';
  throw new ConnectionError(
    folder,
    "a folder of this user's",
    got,
    'remove it, or run as the user who owns it',
  );
}

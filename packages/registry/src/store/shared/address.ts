import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names of sockets are this long at most, in bytes, with the zero at their end: unix(7), 104 on macOS. */
const longest = 103;

/** Where the owner of a store listens: a socket in the store's folder, or a pipe on Windows. */
export function addressOf(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\trainyard-${hash}`;
  const inside = join(folder, 'socket');
  if (Buffer.byteLength(inside) <= longest) return inside;
  return join(tmpdir(), `trainyard-${process.getuid?.() ?? 'user'}`, hash);
}

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Bytes that are kept in memory; what is longer goes to a temporary file. */
const memoryBytes = 8 * 2 ** 20;

/**
 * Bytes on their way: their digest is known only when all have come, and then they can be read as often as needed.
 * The temporary file loses its name as soon as it is open, so that a process that is killed leaves nothing.
 */
export class Spool {
  #pieces: Uint8Array[] = [];
  #held = 0;
  #file: { readonly handle: FileHandle; readonly path: string } | undefined;

  async add(piece: Uint8Array): Promise<void> {
    // A copy: whoever makes the pieces may use the memory for the next one.
    this.#pieces.push(piece.slice());
    this.#held += piece.byteLength;
    if (this.#held > memoryBytes) await this.#spill();
  }

  async #spill(): Promise<void> {
    this.#file ??= await openNameless();
    await this.#file.handle.appendFile(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#held = 0;
  }

  /** A stream of all bytes from the first one on; the ones before it may have been given up at any point. */
  async stream(): Promise<Readable> {
    if (!this.#file) return Readable.from(this.#pieces, { objectMode: false });
    if (this.#held > 0) await this.#spill();
    return Readable.from(readAll(this.#file.handle), { objectMode: false });
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#pieces = [];
    await file?.handle.close();
    if (file) await rm(file.path, { force: true });
  }
}

/** A stream of the handle's own would close the handle when it is destroyed, whatever it was told. */
async function* readAll(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(256 * 1024), 0, 256 * 1024, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openNameless(): Promise<{ handle: FileHandle; path: string }> {
  const path = join(tmpdir(), `trainyard-artifact-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  // Windows may refuse while it is open: then it goes when it is closed.
  await rm(path, { force: true }).catch(() => undefined);
  return { handle, path };
}

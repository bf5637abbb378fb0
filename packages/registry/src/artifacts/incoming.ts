import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type FileSystem, writeWhole } from '@trainyard/trainer/files';
import { codeOf } from '../errors.ts';
import { livenessOf, ownIdentity, type ProcessIdentity } from '../store/process-identity.ts';
import type { Artifact, ArtifactSource } from './artifact-store.ts';
import { takeAll } from './checked-bytes.ts';

/** Milliseconds after which a file goes whose writer, of another machine, can't be asked. */
const foreignAge = 24 * 3600 * 1000;

/** The folder of files that are being written. A name says who writes: so leftovers are known from work. */
export class Incoming {
  readonly #folder: string;
  readonly #fs: FileSystem;

  constructor(folder: string, fileSystem: FileSystem) {
    this.#folder = folder;
    this.#fs = fileSystem;
  }

  /**
   * Writes bytes to a file of their own, synced.
   * @throws ArtifactError when they are more than `maxBytes`; what the file system throws; nothing is left then
   */
  async write(
    source: ArtifactSource,
    maxBytes: number,
  ): Promise<{ readonly temporary: string; readonly artifact: Artifact }> {
    await this.#fs.makeFolder(this.#folder);
    const temporary = join(this.#folder, nameFor(await ownIdentity()));
    const file = await this.#fs.create(temporary);
    try {
      const artifact = await takeAll(source, maxBytes, this.#folder, (piece) => writeWhole(file, piece));
      await file.sync();
      await file.close();
      return { temporary, artifact };
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.#fs.remove(temporary).catch(() => undefined);
      throw error;
    }
  }

  /** Removes what writers left that have died. */
  async removeLeftovers(): Promise<void> {
    const names = await this.#fs.names(this.#folder).catch((error: unknown): string[] => {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names) {
      const path = join(this.#folder, name);
      if (await this.#isLeftover(name, path)) await this.#fs.remove(path);
    }
  }

  async #isLeftover(name: string, path: string): Promise<boolean> {
    const writer = writerOf(name);
    const liveness = writer ? await livenessOf(writer) : 'unknown';
    if (liveness !== 'unknown') return liveness === 'dead';
    const info = await this.#fs.info(path).catch(() => undefined);
    return info?.kind === 'file' && Date.now() - info.changed > foreignAge;
  }
}

/** `<random>.<pid>.<start>.<boot>.<namespace>.<host>`, the texts in base64url. */
function nameFor({ pid, started, boot, namespace, host }: ProcessIdentity): string {
  const texts = [started, boot, namespace, host.slice(0, 64)].map((text) =>
    Buffer.from(text).toString('base64url'),
  );
  return [randomUUID(), pid, ...texts].join('.');
}

function writerOf(name: string): ProcessIdentity | undefined {
  const parts = name.split('.');
  if (parts.length !== 6) return undefined;
  const [started, boot, namespace, host] = parts
    .slice(2)
    .map((text) => Buffer.from(text, 'base64url').toString());
  return { pid: Number(parts[1]), started, boot, namespace, host };
}

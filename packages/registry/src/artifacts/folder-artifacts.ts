import { dirname, join, resolve } from 'node:path';
import { type FileSystem, nodeFileSystem, type OpenFile } from '@trainyard/trainer/files';
import { ArtifactError, codeOf } from '../errors.ts';
import { checkDigest } from '../names.ts';
import type { Artifact, ArtifactSource, ArtifactStore, StoredArtifact } from './artifact-store.ts';
import { checked, damaged, defaultMaxBytes, gather, missing, tooLarge } from './checked-bytes.ts';
import { Incoming } from './incoming.ts';

export interface FolderArtifactsOptions {
  /** Bytes of one artifact at most; 4 GiB unless given. */
  readonly maxBytes?: number;
  /** What does the work; Node's file system unless given. */
  readonly fileSystem?: FileSystem;
}

const chunkBytes = 1 << 20;

/**
 * Artifacts in a folder, which many processes and machines may share: `sha256/ab/cdef…` are the artifacts, `incoming/`
 * what is being written. Bytes go to a temporary name, are synced, renamed, and the folder is synced; they are checked
 * on every read. What a writer that has died left in `incoming/` goes with the next write.
 */
export function folderArtifacts(folder: string, options: FolderArtifactsOptions = {}): ArtifactStore {
  const { maxBytes = defaultMaxBytes, fileSystem: fs = nodeFileSystem } = options;
  const root = resolve(folder);
  const incoming = new Incoming(join(root, 'incoming'), fs);

  const pathOf = (digest: string): string => {
    const hex = checkDigest(root, digest).slice('sha256:'.length);
    return join(root, 'sha256', hex.slice(0, 2), hex.slice(2));
  };

  /** @returns undefined where the artifact is not there. @throws ArtifactError where a link leads elsewhere */
  async function open(digest: string): Promise<OpenFile | undefined> {
    const path = pathOf(digest);
    try {
      await requirePlainFolders(dirname(path));
      const { kind } = await fs.info(path);
      if (kind !== 'file') throw notPlain(path);
      const file = await fs.open(path);
      try {
        // What was a plain file a moment ago may be another one by now.
        if ((await file.info()).kind === 'file') return file;
        throw notPlain(path);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      if (codeOf(error) === 'ELOOP') throw notPlain(path);
      throw error;
    }
  }

  /** The folders between the root, which may be a link of the user's, and an artifact may not be links. */
  async function requirePlainFolders(inner: string): Promise<void> {
    for (const path of [dirname(inner), inner])
      if ((await fs.info(path)).kind !== 'folder') throw notPlain(path);
  }

  async function* read(digest: string): AsyncIterable<Uint8Array> {
    const file = await open(digest);
    if (!file) throw missing(root, digest);
    try {
      const { bytes } = await file.info();
      if (bytes > maxBytes) throw tooLarge(digest, maxBytes, `${bytes} bytes`);
      yield* checked(piecesOf(file, bytes, digest), digest, root);
    } finally {
      await file.close();
    }
  }

  /** @throws ArtifactError when there are more bytes than there were */
  async function* piecesOf(file: OpenFile, bytes: number, digest: string): AsyncIterable<Uint8Array> {
    for (let at = 0; ; ) {
      const chunk = new Uint8Array(Math.min(chunkBytes, bytes - at + 1));
      const read = await file.read(chunk);
      if (read === 0) return;
      at += read;
      if (at > bytes) throw damaged(root, digest);
      yield chunk.subarray(0, read);
    }
  }

  async function isWhole(digest: string): Promise<boolean> {
    try {
      for await (const _ of read(digest));
      return true;
    } catch (error) {
      if (error instanceof ArtifactError) return false;
      throw error;
    }
  }

  /** Says to whoever collects garbage that somebody counts on it again. @returns false where it has gone already */
  const touch = (path: string): Promise<boolean> =>
    fs.touch(path).then(
      () => true,
      (error: unknown) => {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      },
    );

  async function put(source: ArtifactSource): Promise<Artifact> {
    await incoming.removeLeftovers();
    const { temporary, artifact } = await incoming.write(source, maxBytes);
    try {
      const path = pathOf(artifact.digest);
      if ((await isWhole(artifact.digest)) && (await touch(path))) {
        await fs.syncFolder(dirname(path));
        await fs.remove(temporary);
        return artifact;
      }
      await fs.makeFolder(dirname(path));
      await requirePlainFolders(dirname(path));
      await fs.rename(temporary, path);
      await fs.syncFolder(dirname(path));
      return artifact;
    } catch (error) {
      await fs.remove(temporary).catch(() => undefined);
      throw error;
    }
  }

  async function* list(): AsyncIterable<StoredArtifact> {
    for (const prefix of (await namesIn(fs, join(root, 'sha256'))).filter((name) =>
      /^[0-9a-f]{2}$/.test(name),
    ))
      for (const rest of await namesIn(fs, join(root, 'sha256', prefix))) {
        if (!/^[0-9a-f]{62}$/.test(rest)) continue;
        const info = await fs.info(join(root, 'sha256', prefix, rest)).catch(ignoreMissing);
        if (info?.kind === 'file')
          yield { digest: `sha256:${prefix}${rest}`, bytes: info.bytes, putAt: info.changed };
      }
  }

  return {
    name: root,
    place: `folder:${root}`,
    put,
    read,
    list,
    get: (digest) => gather(read(digest)),
    async has(digest) {
      const file = await open(digest);
      await file?.close();
      return file !== undefined;
    },
    async remove(digest) {
      const path = pathOf(digest);
      if (!(await fs.info(path).catch(ignoreMissing))) return;
      await requirePlainFolders(dirname(path));
      await fs.remove(path);
      await fs.syncFolder(dirname(path));
    },
  };
}

const ignoreMissing = (error: unknown): undefined => {
  if (codeOf(error) !== 'ENOENT') throw error;
};

const namesIn = async (fs: FileSystem, folder: string): Promise<string[]> =>
  (await fs.names(folder).catch(ignoreMissing)) ?? [];

const notPlain = (path: string) =>
  new ArtifactError(path, 'a plain file in plain folders', 'a link or something else', 'remove it');

import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '@trainyard/trainer/files';

export interface FileInfo {
  readonly kind: 'file' | 'folder' | 'other';
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

export interface OpenFile {
  /** May write fewer bytes than it was given. @returns how many */
  write(bytes: Uint8Array): Promise<number>;
  /** May read fewer bytes than fit; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  info(): Promise<FileInfo>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What the folder of artifacts asks of a file system. Links are never followed. */
export interface FileSystem {
  /** Makes a folder and those above it that are missing, to last. */
  makeFolder(folder: string): Promise<void>;
  /** A new file. @throws EEXIST */
  create(file: string): Promise<OpenFile>;
  /** An existing one, to read. @throws ENOENT; ELOOP at a link, where the platform can tell */
  open(file: string): Promise<OpenFile>;
  /** Puts a file in the place of another one. */
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  names(folder: string): Promise<string[]>;
  info(path: string): Promise<FileInfo>;
  touch(file: string): Promise<void>;
  /** Makes names in a folder last through a power cut, where the platform can do that. */
  syncFolder(folder: string): Promise<void>;
}

const infoOf = (stats: Stats): FileInfo => ({
  kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
  bytes: stats.size,
  changed: stats.mtimeMs,
});

async function openWith(file: string, flags: number): Promise<OpenFile> {
  const handle = await open(file, flags, 0o644);
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    read: async (into) => (await handle.read(into, 0, into.length, null)).bytesRead,
    info: async () => infoOf(await handle.stat()),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

// Windows has neither flag: there `info` before is what finds a link.
const noFollow = constants.O_NOFOLLOW ?? 0;
const noWait = constants.O_NONBLOCK ?? 0;

export const nodeFileSystem: FileSystem = {
  async makeFolder(folder) {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; ; made = dirname(made)) {
      await syncFolder(dirname(made));
      if (made === first || made === dirname(made)) return;
    }
  },
  create: (file) => openWith(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow),
  open: (file) => openWith(file, constants.O_RDONLY | noFollow | noWait),
  rename,
  remove: (file) => rm(file, { force: true }),
  names: (folder) => readdir(folder),
  info: async (path) => infoOf(await lstat(path)),
  async touch(file) {
    const now = new Date();
    await utimes(file, now, now);
  },
  syncFolder,
};

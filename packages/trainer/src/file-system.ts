import { constants, type Stats } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';

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

/** What writes that must not be lost ask of a file system, so that tests can have it fail. Links are never followed. */
export interface FileSystem {
  /** Makes a folder and those above it that are missing, to last. */
  makeFolder(folder: string): Promise<void>;
  /** A new file. @throws EEXIST */
  create(file: string): Promise<OpenFile>;
  /** An existing one, to read. @throws ENOENT; ELOOP at a link, where the platform can tell */
  open(file: string): Promise<OpenFile>;
  /** Gives a file another name too. @throws ENOENT; EPERM, ENOTSUP and others where files have one name only */
  link(file: string, name: string): Promise<void>;
  /** Puts a file in the place of another one. */
  rename(from: string, to: string): Promise<void>;
  /** A file, where it is there. */
  remove(file: string): Promise<void>;
  /** A folder with all that is in it, where it is there. */
  removeFolder(folder: string): Promise<void>;
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
  const handle = await open(file, flags);
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    read: async (into) => (await handle.read(into, 0, into.length, null)).bytesRead,
    info: async () => infoOf(await handle.stat()),
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/** Folders can't be synced everywhere: Windows refuses, and so do some network file systems. */
const unsupported = new Set(['EPERM', 'EISDIR', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

/** Makes renames and new names in a folder last through a power cut, where the file system can do that. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!unsupported.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Writes all of the bytes: a file system may take a part at a time, as one does that is about to be full. */
export async function writeWhole(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const written = await file.write(bytes.subarray(at));
    if (written === 0)
      throw new Error(`the file system takes no more bytes: ${bytes.byteLength - at} are left`);
    at += written;
  }
}

/** All bytes of a file. @throws ENOENT */
export async function readWhole(path: string, fs: FileSystem): Promise<Uint8Array> {
  const file = await fs.open(path);
  try {
    const pieces: Uint8Array[] = [];
    // One byte more than there should be: the end is where nothing is read.
    for (let left = (await file.info()).bytes + 1; ; left = 65_536) {
      const piece = new Uint8Array(left);
      const read = await file.read(piece);
      if (read === 0) return pieces.length === 1 ? pieces[0] : new Uint8Array(Buffer.concat(pieces));
      pieces.push(piece.subarray(0, read));
    }
  } finally {
    await file.close();
  }
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
  link,
  rename,
  remove: (file) => rm(file, { force: true }),
  removeFolder: (folder) => rm(folder, { recursive: true, force: true }),
  names: (folder) => readdir(folder),
  info: async (path) => infoOf(await lstat(path)),
  async touch(file) {
    const now = new Date();
    await utimes(file, now, now);
  },
  syncFolder,
};

import { basename, dirname } from 'node:path';
import type { FileInfo, FileSystem, OpenFile } from '@trainyard/trainer/files';

interface MemoryFile {
  bytes: Uint8Array;
  /** What a power cut leaves for certain. */
  synced: Uint8Array;
}

interface MemoryFolder {
  entries: Map<string, MemoryFile>;
  synced: Map<string, MemoryFile>;
}

const failure = (code: string) => Object.assign(new Error(code), { code });

/**
 * A disk in memory that forgets what was not synced when its power is cut: file by file and name by name, any part of
 * it may have reached the disk all the same. Folders that were made last.
 */
export class PowerCutDisk implements FileSystem {
  readonly #folders = new Map<string, MemoryFolder>();
  /** Throws to cut the power at a call. */
  onCall: () => void = () => undefined;

  /** @param reached whether a write or a name that was not synced reached the disk; asked for each */
  cutPower(reached: () => boolean): void {
    for (const folder of this.#folders.values()) {
      for (const file of new Set([...folder.entries.values(), ...folder.synced.values()])) {
        // Of a file that grew, nothing, or its length with zeros, or all of it may be there.
        if (file.bytes !== file.synced && !reached())
          file.bytes = reached() ? new Uint8Array(file.bytes.length) : file.synced;
        file.synced = file.bytes;
      }
      for (const name of new Set([...folder.entries.keys(), ...folder.synced.keys()])) {
        const [now, before] = [folder.entries.get(name), folder.synced.get(name)];
        if (now === before || reached()) continue;
        if (before) folder.entries.set(name, before);
        else folder.entries.delete(name);
      }
      folder.synced = new Map(folder.entries);
    }
  }

  async makeFolder(path: string): Promise<void> {
    this.onCall();
    for (let at = path; !this.#folders.has(at) && at !== dirname(at); at = dirname(at))
      this.#folders.set(at, { entries: new Map(), synced: new Map() });
  }

  async create(path: string): Promise<OpenFile> {
    this.onCall();
    const file: MemoryFile = { bytes: new Uint8Array(), synced: new Uint8Array() };
    this.#folder(path).entries.set(basename(path), file);
    return this.#handle(file);
  }

  async open(path: string): Promise<OpenFile> {
    this.onCall();
    return this.#handle(this.#file(path));
  }

  async link(path: string, name: string): Promise<void> {
    this.onCall();
    this.#folder(name).entries.set(basename(name), this.#file(path));
  }

  async rename(from: string, to: string): Promise<void> {
    this.onCall();
    this.#folder(to).entries.set(basename(to), this.#file(from));
    this.#folder(from).entries.delete(basename(from));
  }

  async remove(path: string): Promise<void> {
    this.onCall();
    this.#folders.get(dirname(path))?.entries.delete(basename(path));
  }

  async removeFolder(path: string): Promise<void> {
    this.onCall();
    for (const folder of this.#folders.keys())
      if (folder === path || folder.startsWith(`${path}/`)) this.#folders.delete(folder);
  }

  async names(path: string): Promise<string[]> {
    this.onCall();
    const folder = this.#folders.get(path);
    if (!folder) throw failure('ENOENT');
    const inner = [...this.#folders.keys()]
      .filter((other) => dirname(other) === path)
      .map((other) => basename(other));
    return [...folder.entries.keys(), ...inner];
  }

  async info(path: string): Promise<FileInfo> {
    this.onCall();
    if (this.#folders.has(path)) return { kind: 'folder', bytes: 0, changed: 0 };
    return { kind: 'file', bytes: this.#file(path).bytes.length, changed: 0 };
  }

  async touch(): Promise<void> {
    this.onCall();
  }

  async syncFolder(path: string): Promise<void> {
    this.onCall();
    const folder = this.#folders.get(path)!;
    folder.synced = new Map(folder.entries);
  }

  #folder(path: string): MemoryFolder {
    const folder = this.#folders.get(dirname(path));
    if (!folder) throw failure('ENOENT');
    return folder;
  }

  #file(path: string): MemoryFile {
    const file = this.#folder(path).entries.get(basename(path));
    if (!file) throw failure('ENOENT');
    return file;
  }

  #handle(file: MemoryFile): OpenFile {
    let at = 0;
    return {
      write: async (bytes) => {
        this.onCall();
        file.bytes = new Uint8Array([...file.bytes, ...bytes]);
        return bytes.length;
      },
      read: async (into) => {
        this.onCall();
        const part = file.bytes.subarray(at, at + into.length);
        into.set(part);
        at += part.length;
        return part.length;
      },
      info: async () => {
        this.onCall();
        return { kind: 'file', bytes: file.bytes.length, changed: 0 };
      },
      sync: async () => {
        this.onCall();
        file.synced = file.bytes;
      },
      close: async () => this.onCall(),
    };
  }
}

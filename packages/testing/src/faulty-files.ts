import { type FileSystem, nodeFileSystem, type OpenFile } from '@trainyard/trainer/files';

/**
 * What goes wrong at one call: an error, a write or read of a part (and an error where the call is neither, so that no
 * place is left out), or the end of the process, after which every call fails.
 */
export type Fault = 'ENOSPC' | 'EIO' | 'short' | 'crash';
export const faults: readonly Fault[] = ['ENOSPC', 'EIO', 'short', 'crash'];

export interface FaultyFiles {
  readonly fileSystem: FileSystem;
  /** Calls so far. */
  readonly calls: () => number;
}

/** A file system whose call number `at`, from 0, goes wrong. */
export function faultyFiles(real: FileSystem, at: number, fault: Fault): FaultyFiles {
  let calls = 0;
  const failure = (code: string) => Object.assign(new Error(`${code}: injected`), { code });
  async function step<T>(work: () => Promise<T>, short: () => Promise<T> = work): Promise<T> {
    const own = calls++;
    if (fault === 'crash' && own >= at) throw failure('ECRASHED');
    if (own !== at) return work();
    if (fault === 'short') return short();
    throw failure(fault);
  }
  const wrap = (file: OpenFile): OpenFile => ({
    write: (bytes) =>
      step(
        () => file.write(bytes),
        () => file.write(bytes.subarray(0, Math.ceil(bytes.length / 2))),
      ),
    read: (into) =>
      step(
        () => file.read(into),
        () => file.read(into.subarray(0, Math.ceil(into.length / 2))),
      ),
    info: () => step(file.info),
    sync: () => step(file.sync),
    // What is open is closed whatever happens, as the end of a process does it too.
    close: () =>
      step(file.close, file.close).catch((error) =>
        file
          .close()
          .catch(() => undefined)
          .then(() => {
            throw error;
          }),
      ),
  });
  const fileSystem: FileSystem = {
    makeFolder: (folder) => step(() => real.makeFolder(folder)),
    create: (file) => step(async () => wrap(await real.create(file))),
    open: (file) => step(async () => wrap(await real.open(file))),
    link: (file, name) => step(() => real.link(file, name)),
    rename: (from, to) => step(() => real.rename(from, to)),
    remove: (file) => step(() => real.remove(file)),
    removeFolder: (folder) => step(() => real.removeFolder(folder)),
    names: (folder) => step(() => real.names(folder)),
    info: (path) => step(() => real.info(path)),
    touch: (file) => step(() => real.touch(file)),
    syncFolder: (folder) => step(() => real.syncFolder(folder)),
  };
  return { fileSystem, calls: () => calls };
}

/** The file system without its syncing, which takes its time, and which tests that cut no power don't need. */
export const unsyncedFiles: FileSystem = {
  ...nodeFileSystem,
  create: async (file) => ({ ...(await nodeFileSystem.create(file)), sync: async () => undefined }),
  syncFolder: async () => undefined,
};

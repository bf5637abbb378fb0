import { BundleError } from './errors.ts';

export interface ReadOptions {
  /** What is read is given up. */
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes of the file arrive, unpacked, with how many there are by then; where the source can tell. */
  readonly onBytes?: (bytes: number) => void;
}

/** Where the files of a bundle come from: a folder, memory, a web address, the assets of an app. */
export interface BundleSource {
  /** How errors and logs call it. */
  readonly name: string;
  /**
   * The bytes of the file; its name is a plain one, without folders.
   * @throws BundleError when there is no such file, or it can't be read; the signal's reason
   */
  read(fileName: string, options?: ReadOptions): Promise<Uint8Array>;
  /** Whether there is such a file, where the source can tell. */
  has?(fileName: string): Promise<boolean>;
}

/** Plain file names: nothing in them leads out of the bundle's folder. */
export const plainFileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const isPlainFileName = (name: string): boolean => plainFileName.test(name);

/** A bundle whose files are in memory, by name. */
export function memorySource(files: Readonly<Record<string, Uint8Array>>, name = 'memory'): BundleSource {
  return {
    name,
    async has(fileName) {
      return Object.hasOwn(files, fileName);
    },
    async read(fileName) {
      const bytes = Object.hasOwn(files, fileName) ? files[fileName] : undefined;
      if (!bytes) throw missingFile(name, fileName, Object.keys(files));
      return bytes;
    },
  };
}

export const missingFile = (source: string, fileName: string, files?: readonly string[]): BundleError =>
  new BundleError(
    source,
    `a file ${fileName}`,
    files ? `only ${files.join(', ') || 'nothing'}` : 'no such file',
    'copy the whole bundle, or package it again',
  );

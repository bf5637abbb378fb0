import { indexFile, parseIndex } from './file-index.ts';

/** A compressed form of a file on the server. */
export interface Encoding {
  /** What is added to the file's address. */
  readonly suffix: '.br' | '.gz';
  /** Of the compressed file. */
  readonly bytes: number;
  readonly plainBytes: number;
}

/** The compressed forms of a file that this browser can use, the smallest first; none where none are known. */
export type Encodings = (file: string) => Promise<readonly Encoding[]>;

const formats = { '.br': 'brotli', '.gz': 'gzip' } as const;

const canUnpack = (suffix: Encoding['suffix']): boolean => {
  try {
    new DecompressionStream(formats[suffix] as CompressionFormat);
    return true;
  } catch {
    return false;
  }
};

/** The plain bytes of a file that came as it lies on the server. */
export async function unpack(bytes: Uint8Array, suffix: Encoding['suffix']): Promise<Uint8Array> {
  const unpacking = new DecompressionStream(formats[suffix] as CompressionFormat);
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(unpacking);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Reads the index of a folder once it is asked for.
 *
 * A browser that can't unpack brotli for a page still does so for a server that says `Content-Encoding: br` of such
 * files; whether this one does, the compressed index shows.
 */
export function encodingsIn(folder: URL): Encodings {
  let reading: ReturnType<typeof readIndex> | undefined;
  return async (file) => {
    reading ??= readIndex(folder);
    const { files, brotli } = await reading;
    const known = Object.hasOwn(files, file) ? files[file] : undefined;
    if (!known) return [];
    const { bytes: plainBytes, br, gz } = known;
    const encodings: Encoding[] = [];
    if (br !== undefined && brotli) encodings.push({ suffix: '.br', bytes: br, plainBytes });
    if (gz !== undefined && canUnpack('.gz')) encodings.push({ suffix: '.gz', bytes: gz, plainBytes });
    return encodings;
  };
}

async function readIndex(folder: URL) {
  const text = await textOf(new URL(indexFile, folder));
  const files = parseIndex(text ?? '')?.files ?? {};
  if (canUnpack('.br') || Object.values(files).every(({ br }) => br === undefined))
    return { files, brotli: canUnpack('.br') };
  return { files, brotli: (await textOf(new URL(`${indexFile}.br`, folder))) === text };
}

async function textOf(url: URL): Promise<string | undefined> {
  try {
    const response = await fetch(url, { cache: 'no-cache' });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

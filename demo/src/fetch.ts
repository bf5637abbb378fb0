import { BundleError, type BundleSource, isPlainFileName, messageOf } from '@trainyard/runtime-common';
import { type BuiltInPictures, unpackPictures } from './pictures.ts';

/** What a job gave, for all who ask; after a failure the next one who asks tries again. */
export function once<T>(job: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= job().catch((error: unknown) => {
      result = undefined;
      throw error;
    });
    return result;
  };
}

/** The files of a bundle that stands on the page's own host. */
export const hostedBundle = (folder: URL): BundleSource => ({
  name: folder.pathname,
  async read(fileName) {
    if (!isPlainFileName(fileName)) throw new BundleError(folder.pathname, 'a plain file name', fileName);
    return await bytesAt(new URL(fileName, folder));
  },
});

/** See `make-pictures.ts`. @throws BundleError when they can't be loaded */
export async function fetchPictures(): Promise<BuiltInPictures> {
  const [about, pictures] = await Promise.all(
    ['pictures.json', 'pictures.bin'].map((name) => bytesAt(new URL(name, document.baseURI))),
  );
  return unpackPictures(JSON.parse(new TextDecoder().decode(about)), pictures!);
}

async function bytesAt(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const bad = (got: string, cause?: unknown) =>
    new BundleError(url.pathname, 'the file', got, 'check the connection, and try again', { cause });
  const response = await fetch(url).catch((cause: unknown) => {
    throw bad(navigator.onLine === false ? 'no connection' : messageOf(cause), cause);
  });
  if (!response.ok) throw bad(`${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

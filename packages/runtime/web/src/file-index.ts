/** What `files.json` says of one file: its size, and those of the compressed ones beside it. */
export interface IndexedFile {
  readonly bytes: number;
  readonly br?: number;
  readonly gz?: number;
}

/** `files.json`, which `trainyard-web` writes beside what it compresses. */
export interface FileIndex {
  readonly schema: 1;
  readonly files: Readonly<Record<string, IndexedFile>>;
}

export const indexFile = 'files.json';

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** The index in this text; undefined where it is something else, such as the page that a host gives for any address. */
export function parseIndex(text: string): FileIndex | undefined {
  try {
    const index = JSON.parse(text);
    const entries = Object.values<IndexedFile>(index.files);
    const isIndex =
      index.schema === 1 &&
      entries.every(
        ({ bytes, br, gz }) => isSize(bytes) && [br, gz].every((size) => size === undefined || isSize(size)),
      );
    return isIndex ? index : undefined;
  } catch {
    return undefined;
  }
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type FileIndex, type IndexedFile, indexFile, parseIndex } from '../file-index.ts';

export interface CompressOptions {
  /** Of brotli, 0 to 11; by default 11, and 9 for files over 4 MiB, of which 11 takes minutes. */
  readonly quality?: number;
}

const largeFile = 2 ** 22;

/**
 * Writes files into a folder with `.br` and `.gz` beside those that get smaller by it, then their index. What an
 * earlier index of the folder has, and the new one has not, is removed.
 * @param files by name; those in `compress` are compressed
 */
export async function writeCompressed(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
  compress: readonly string[],
  options: CompressOptions = {},
): Promise<FileIndex> {
  await mkdir(folder, { recursive: true });
  const former = parseIndex(await readFile(join(folder, indexFile), 'utf8').catch(() => ''));
  const indexed: Record<string, IndexedFile> = {};
  for (const [name, bytes] of Object.entries(files)) {
    await write(join(folder, name), bytes);
    if (compress.includes(name)) indexed[name] = await compressOne(join(folder, name), bytes, options);
  }
  const index: FileIndex = { schema: 1, files: indexed };
  const text = new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`);
  await write(join(folder, `${indexFile}.br`), await brotli(text, 11));
  await write(join(folder, indexFile), text);
  for (const name of namesIn(former))
    if (!namesIn(index).includes(name)) await rm(join(folder, name), { force: true });
  return index;
}

/** Of files that an index has, with their compressed forms. */
const namesIn = (index: FileIndex | undefined): string[] =>
  Object.entries(index?.files ?? {}).flatMap(([name, { br, gz }]) => [
    name,
    ...(br === undefined ? [] : [`${name}.br`]),
    ...(gz === undefined ? [] : [`${name}.gz`]),
  ]);

async function compressOne(
  file: string,
  bytes: Uint8Array,
  { quality = bytes.length > largeFile ? 9 : 11 }: CompressOptions,
): Promise<IndexedFile> {
  const forms = {
    br: await brotli(bytes, quality),
    gz: await promisify(gzip)(bytes, { level: 9 }),
  };
  const sizes: { bytes: number; br?: number; gz?: number } = { bytes: bytes.length };
  for (const suffix of ['br', 'gz'] as const) {
    if (forms[suffix].length >= bytes.length) continue;
    await write(`${file}.${suffix}`, forms[suffix]);
    sizes[suffix] = forms[suffix].length;
  }
  return sizes;
}

const brotli = (bytes: Uint8Array, quality: number): Promise<Uint8Array> =>
  promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

/** To a temporary name, synced and renamed: a server never sends a part. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

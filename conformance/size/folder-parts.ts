import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Part } from '../target.ts';

const { resolve } = createRequire(import.meta.url);

/** The libraries of onnxruntime-node for this system and processor. */
export async function nativeOrtParts(): Promise<Part[]> {
  // Its package.json is not exported, its script is: <package>/dist/index.js.
  const root = dirname(dirname(resolve('onnxruntime-node')));
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
  const files = await readdir(folder);
  return Promise.all(files.sort().map((file) => filePart(file, join(folder, file))));
}

export const filePart = async (name: string, file: string): Promise<Part> => ({
  name,
  bytes: (await stat(file)).size,
});

import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** What Node loads of onnxruntime-web. */
export async function wasmOrtParts(): Promise<Part[]> {
  const folder = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
  const files = ['ort.node.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];
  return Promise.all(files.map((file) => filePart(file, join(folder, file))));
}

const filePart = async (name: string, file: string): Promise<Part> => ({
  name,
  bytes: (await stat(file)).size,
});

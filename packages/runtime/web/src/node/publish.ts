import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BundleSource,
  checksumFile,
  checksumLine,
  manifestFile,
  messageOf,
  missingFile,
  openBundle,
  RuntimeError,
} from '@trainyard/runtime-common';
import type { FileIndex } from '../file-index.ts';
import { type OrtBuild, ortFileNames } from '../ort-files.ts';
import { type CompressOptions, writeCompressed } from './compressed.ts';

export interface Published {
  /** Names of what pages may load, in the order written. */
  readonly files: readonly string[];
  readonly index: FileIndex;
}

/**
 * Copies the part of a bundle that is for the web to where a server finds it, with compressed forms and their index.
 * @param folder of the bundle
 * @throws BundleError when a byte of it is not as released: then nothing was written
 */
export async function publishBundle(
  folder: string,
  to: string,
  options: CompressOptions = {},
): Promise<Published> {
  const source = folderSource(folder);
  const bundle = await openBundle(source);
  const models = bundle.manifest.variants.filter(({ targets }) => targets.includes('web'));
  if (models.length === 0)
    throw new RuntimeError(source.name, 'a variant for web', 'none', 'release one with the target web');
  const files: Record<string, Uint8Array> = {};
  for (const variant of models) files[variant.file] = await bundle.readVariant(variant);
  const compress = Object.keys(files);
  // Last, so that a page that gets the new manifest gets the new models.
  files[checksumFile] = new TextEncoder().encode(checksumLine(bundle.digest));
  files[manifestFile] = await source.read(manifestFile);
  const index = await writeCompressed(to, files, compress, options);
  return { files: Object.keys(files), index };
}

export interface RuntimeFilesOptions extends CompressOptions {
  /** What pages will ask for; by default `['wasm']`. */
  readonly providers?: readonly ('webgpu' | 'wasm')[];
  /** Adds `trainyard-web.js` with its worker, for pages without a bundler. */
  readonly script?: boolean;
}

const scripts = ['trainyard-web.js', 'trainyard-web.worker.js'];

/**
 * Copies ONNX Runtime's files for the web to where a server finds them, with compressed forms and their index: what
 * `ortPath` is given.
 */
export async function publishRuntime(to: string, options: RuntimeFilesOptions = {}): Promise<Published> {
  const { providers = ['wasm'], script = false } = options;
  const builds: OrtBuild[] = providers.includes('webgpu') ? ['wasm', 'jspi', 'asyncify'] : ['wasm'];
  const files: Record<string, Uint8Array> = {};
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  for (const build of builds)
    for (const name of Object.values(ortFileNames[build])) files[name] = await readFile(join(dist, name));
  if (script) for (const name of scripts) files[name] = await readBuilt(name);
  const compress = Object.keys(files).filter((name) => name.endsWith('.wasm'));
  const index = await writeCompressed(to, files, compress, options);
  return { files: Object.keys(files), index };
}

/** The scripts are in `dist`, from where this runs too unless it runs from its sources. */
async function readBuilt(name: string): Promise<Uint8Array> {
  const path = fileURLToPath(new URL(`../../dist/script/${name}`, import.meta.url));
  return readFile(path).catch((cause: unknown) => {
    throw new RuntimeError('publishRuntime', `a built ${name}`, messageOf(cause), 'npm run build', { cause });
  });
}

function folderSource(folder: string): BundleSource {
  const name = basename(folder);
  return {
    name,
    async read(file) {
      return readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' || error.code === 'ENOTDIR' ? missingFile(name, file) : error;
      });
    },
    has: (file) =>
      readFile(join(folder, file)).then(
        () => true,
        () => false,
      ),
  };
}

import { type LoadProgress, messageOf, ProviderError } from '@trainyard/runtime-common';
import type * as Ort from 'onnxruntime-web';
import { download } from './download.ts';
import { encodingsIn } from './encodings.ts';
import { type OrtBuild, type OrtFiles, ortFiles } from './ort-files.ts';
import { openStore, type Store } from './store.ts';

export interface OrtOptions {
  readonly ortPath: string | undefined;
  readonly cache: boolean;
}

export interface OrtEvents {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly warn: (message: string) => void;
}

export type OrtModule = typeof Ort;

/**
 * Loads the JavaScript and the WASM file of a build of ONNX Runtime: from Cache Storage what was loaded before.
 * It is not started yet.
 * @throws BundleError when a file can't be had, ProviderError when the script can't be
 */
export async function loadOrt(build: OrtBuild, options: OrtOptions, events: OrtEvents): Promise<OrtModule> {
  const files = ortFiles(build, options.ortPath);
  const store = options.cache ? await openStore(events.warn) : undefined;
  const [ort, kept] = await Promise.all([importScript(files.script, store), store?.get(keyOf(files.wasm))]);
  const { wasm, versions } = ort.env;
  const version = versions.web ?? versions.common;
  wasm.wasmBinary =
    kept?.note === version ? kept.bytes : await downloadWasm(files.wasm, version, store, options, events);
  const holdsLoader = files.script.pathname.includes('.bundle.');
  // Threads start from the loader, which has to be of the page's own origin: ONNX Runtime sees to it.
  if (!holdsLoader || files.script.origin !== globalThis.location.origin)
    wasm.wasmPaths = { mjs: files.loader.href };
  report(files, wasm.wasmBinary.byteLength, events);
  return ort;
}

const keyOf = (file: URL): string => `${file.origin}${file.pathname}`;
const nameOf = (file: URL): string => file.pathname.split('/').at(-1)!;

const report = ({ wasm }: OrtFiles, bytes: number, { onProgress }: OrtEvents): void =>
  onProgress({ file: nameOf(wasm), bytes, total: bytes });

async function downloadWasm(
  url: URL,
  version: string,
  store: Store | undefined,
  { ortPath }: OrtOptions,
  { onProgress }: OrtEvents,
): Promise<Uint8Array> {
  const file = nameOf(url);
  const bytes = await download(url, {
    from: 'ONNX Runtime',
    file,
    // A bundler's folder has no index.
    encodings: ortPath === undefined ? undefined : encodingsIn(new URL('.', url)),
    onBytes: (arrived, total) => {
      if (arrived !== total) onProgress({ file, bytes: arrived, total });
    },
  });
  await store?.put(keyOf(url), bytes, version);
  return bytes;
}

/** A copy of the script is kept for when the server is out of reach, or calls it something else than JavaScript. */
async function importScript(url: URL, store: Store | undefined): Promise<OrtModule> {
  try {
    const ort = await importModule(url.href);
    void keepScript(url, store);
    return ort;
  } catch (cause) {
    const kept = await store?.get(keyOf(url));
    if (kept) return importBytes(kept.bytes);
    throw new ProviderError(
      `ONNX Runtime, ${nameOf(url)}`,
      'a script that can be imported',
      messageOf(cause),
      'put the files of onnxruntime-web beside the page, and name their folder in `ortPath`',
      { cause },
    );
  }
}

const importModule = (address: string): Promise<OrtModule> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ address);

async function importBytes(bytes: Uint8Array): Promise<OrtModule> {
  const address = URL.createObjectURL(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'text/javascript' }),
  );
  return importModule(address);
}

async function keepScript(url: URL, store: Store | undefined): Promise<void> {
  if (!store || (await store.get(keyOf(url)))) return;
  const response = await fetch(url, { cache: 'force-cache' });
  if (response.ok) await store.put(keyOf(url), new Uint8Array(await response.arrayBuffer()));
}

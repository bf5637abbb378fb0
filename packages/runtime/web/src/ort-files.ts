import { bundledOrtFiles } from './bundled-ort-files.ts';

/** Addresses of a build of ONNX Runtime. */
export interface OrtFiles {
  /** Its JavaScript. */
  readonly script: URL;
  /** Loads the WASM file, and starts threads; needed where the script does not hold it. */
  readonly loader: URL;
  readonly wasm: URL;
}

export type OrtBuild = 'wasm' | 'jspi' | 'asyncify';

/** Names in the folder `dist` of onnxruntime-web. */
export const ortFileNames: Readonly<Record<OrtBuild, Readonly<Record<keyof OrtFiles, string>>>> = {
  wasm: {
    script: 'ort.wasm.bundle.min.mjs',
    loader: 'ort-wasm-simd-threaded.mjs',
    wasm: 'ort-wasm-simd-threaded.wasm',
  },
  jspi: {
    script: 'ort.jspi.bundle.min.mjs',
    loader: 'ort-wasm-simd-threaded.jspi.mjs',
    wasm: 'ort-wasm-simd-threaded.jspi.wasm',
  },
  asyncify: {
    script: 'ort.webgpu.bundle.min.mjs',
    loader: 'ort-wasm-simd-threaded.asyncify.mjs',
    wasm: 'ort-wasm-simd-threaded.asyncify.wasm',
  },
};

/**
 * Where the files of a build are.
 * @param folder with the files of onnxruntime-web's `dist`; where there is none, they are where the bundler put them
 */
export function ortFiles(build: OrtBuild, folder: string | undefined): OrtFiles {
  if (folder === undefined) return bundledOrtFiles[build]();
  const { script, loader, wasm } = ortFileNames[build];
  return { script: new URL(script, folder), loader: new URL(loader, folder), wasm: new URL(wasm, folder) };
}

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

// Bundlers look for this very form: they copy the files, and put their addresses here.
const bundled: Readonly<Record<OrtBuild, () => OrtFiles>> = {
  wasm: () => ({
    script: new URL('onnxruntime-web/wasm', import.meta.url),
    loader: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
  }),
  jspi: () => ({
    script: new URL('onnxruntime-web/jspi', import.meta.url),
    loader: new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs', import.meta.url),
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm', import.meta.url),
  }),
  asyncify: () => ({
    script: new URL('onnxruntime-web/webgpu', import.meta.url),
    loader: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs', import.meta.url),
    wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
  }),
};

/**
 * Where the files of a build are.
 * @param folder with the files of onnxruntime-web's `dist`; where there is none, they are where the bundler put them
 */
export function ortFiles(build: OrtBuild, folder: string | undefined): OrtFiles {
  if (folder === undefined) return bundled[build]();
  const { script, loader, wasm } = ortFileNames[build];
  return { script: new URL(script, folder), loader: new URL(loader, folder), wasm: new URL(wasm, folder) };
}

import type { OrtBuild, OrtFiles } from './ort-files.ts';

/**
 * Bundlers look for this very form: they copy the files, and put their addresses here. Not in the script for pages
 * without a bundler.
 */
export const bundledOrtFiles: Readonly<Record<OrtBuild, () => OrtFiles>> = {
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

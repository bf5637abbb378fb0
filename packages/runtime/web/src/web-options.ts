import type { Classifier, LoadOptions } from '@trainyard/runtime-common';
import type { Picture } from './picture.ts';

export interface WebOptions extends LoadOptions {
  /**
   * `webgpu` or `wasm`, tried in this order; by default `['wasm']`. WASM is there without being named: where WebGPU
   * is not, the log says why, and WASM is used.
   */
  readonly executionProviders?: readonly ('webgpu' | 'wasm')[];
  /**
   * Threads of WASM; more than 1 need a page that is isolated from other origins. By default 1 for a model too small
   * to gain from more, else half of the processors, up to 4.
   */
  readonly threads?: number;
  /** Runs ONNX Runtime, and decodes pictures, in a worker, so that the page stays smooth; by default true. */
  readonly worker?: boolean;
  /** Keeps models and ONNX Runtime in Cache Storage, so that they come once, and offline; by default true. */
  readonly cache?: boolean;
  /**
   * The folder of ONNX Runtime's files, the `dist` of onnxruntime-web or what `trainyard-web` made of it. By default
   * they are where the bundler has put them, or beside the script.
   */
  readonly ortPath?: string | URL;
}

export interface WebClassifier extends Classifier<Picture> {
  /** Threads of WASM that run the model, or what WebGPU leaves of it to the processor. */
  readonly threads: number;
}

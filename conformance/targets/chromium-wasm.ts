import { availableParallelism } from 'node:os';
import { chromiumTarget } from './in-chromium.ts';

export const chromiumWasm = chromiumTarget({
  name: 'chromium-wasm',
  title: 'Chromium, WASM',
  description: 'a page with `@trainyard/runtime-web`, ONNX Runtime in a worker, 1 thread',
  timed: true,
  provider: 'wasm',
  threads: 1,
});

/** Threads wait for each other awake: more than there are processors would be in each other's way. */
const threads = Math.max(2, Math.min(4, availableParallelism()));

export const chromiumWasmThreads = chromiumTarget({
  name: 'chromium-wasm-threads',
  title: `Chromium, WASM, ${threads} threads`,
  description: `the same in a page that is isolated from other origins, ${threads} threads`,
  timed: true,
  provider: 'wasm',
  threads,
});

import { chromiumTarget } from './in-chromium.ts';

export const chromiumWasm = chromiumTarget({
  name: 'chromium-wasm',
  title: 'Chromium, WASM',
  description: 'a page with `@trainyard/runtime-web`, ONNX Runtime in a worker, 1 thread',
  timed: true,
  provider: 'wasm',
  threads: 1,
});

export const chromiumWasmThreads = chromiumTarget({
  name: 'chromium-wasm-threads',
  title: 'Chromium, WASM, 4 threads',
  description: 'the same in a page that is isolated from other origins, 4 threads',
  timed: true,
  provider: 'wasm',
  threads: 4,
});

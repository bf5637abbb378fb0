import type { OrtNamespace } from '@trainyard/autograd';
import * as ort from 'onnxruntime-web/wasm';
import { messageOf } from '../page/format.ts';
import { learn } from './learn.ts';
import type { FromLearner, LearnRequest } from './protocol.ts';

const post = (message: FromLearner): void => postMessage(message);

// One lesson; then the page ends this worker.
addEventListener('message', async ({ data }: MessageEvent<LearnRequest>) => {
  try {
    // The very files that the runtime of the page has loaded.
    ort.env.wasm.wasmPaths = {
      mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
      wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
    };
    // Too small a network to gain from threads.
    ort.env.wasm.numThreads = 1;
    const learned = await learn(data.lesson, {
      ort: ort as unknown as OrtNamespace,
      onProgress: (progress) => post({ kind: 'progress', ...progress }),
    });
    post({ kind: 'learned', learned });
  } catch (error) {
    post({ kind: 'failed', message: messageOf(error) });
  }
});

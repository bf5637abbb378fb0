import * as ort from 'onnxruntime-web/wasm';
import type { Sizes, WebContender } from './contender.ts';

// What one writes without Trainyard: ONNX Runtime in the page, its files and the model by plain fetch.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = {
  mjs: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url).href,
  wasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url).href,
};

async function sessionOf(bundle: string, model: string) {
  const response = await fetch(`${bundle}${model}.onnx`);
  return ort.InferenceSession.create(new Uint8Array(await response.arrayBuffer()), {
    executionProviders: ['wasm'],
  });
}

async function run(session: ort.InferenceSession, pixels: Uint8Array, { height, width, channels }: Sizes) {
  const input = new ort.Tensor('uint8', pixels, [1, height, width, channels]);
  const results = await session.run({ [session.inputNames[0]]: input });
  return results[session.outputNames[0]].data as Float32Array;
}

export const contender: WebContender = {
  async first(bundle, model, pixels) {
    const side = Math.sqrt(pixels.length);
    return run(await sessionOf(bundle, model), pixels, { height: side, width: side, channels: 1 });
  },
  async camera(bundle, model) {
    const session = await sessionOf(bundle, model);
    const manifest = await (await fetch(`${bundle}manifest.json`)).json();
    const { height, width } = manifest.input as Sizes;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    return async (video) => {
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const gray = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i + 1]);
      return run(session, gray, { height, width, channels: 1 });
    };
  },
};

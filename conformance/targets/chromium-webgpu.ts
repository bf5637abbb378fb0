import { chromiumTarget } from './in-chromium.ts';

export const chromiumWebGpu = chromiumTarget({
  name: 'chromium-webgpu',
  title: 'Chromium, WebGPU',
  description:
    "the same with the WebGPU provider, on Chromium's renderer in software: the shaders and the sums are those of a graphics card, the speed is not; a dozen pictures alone, the others in batches",
  timed: false,
  provider: 'webgpu',
  threads: 1,
});

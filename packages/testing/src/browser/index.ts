export { bundlePage } from './bundle-page.ts';
export { chromiumMissing, fakeCamera, openPage, withChromium } from './chromium.ts';
export { type ServeOptions, serveFolders } from './serve-folders.ts';
export { webGpuOperators } from './webgpu-operators.ts';

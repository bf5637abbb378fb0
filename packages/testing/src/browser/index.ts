export { bundlePage } from './bundle-page.ts';
export { chromiumMissing, openPage, withChromium } from './chromium.ts';
export { serveFolders } from './serve-folders.ts';
export { webGpuOperators } from './webgpu-operators.ts';

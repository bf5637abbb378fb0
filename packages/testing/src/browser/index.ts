export { bundlePage } from './bundle-page.ts';
export { chromiumMissing, openPage, withChromium } from './chromium.ts';
export { serveFolders } from './serve-folder.ts';
export { webGpuOperators } from './webgpu-operators.ts';

export { pixelsOf, type RuntimeUnderTest, testRuntime } from './test-runtime.ts';
export { type TinyBundle, type TinyBundleOptions, tinyBundle } from './tiny-bundle.ts';

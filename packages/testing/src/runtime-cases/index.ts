export { bundleWith, pixelsOf, type TinyBundle, type TinyBundleOptions, tinyBundle } from '../tiny-bundle.ts';
export { hugeModel, unknownOperatorModel } from '../tiny-models.ts';
export type { RuntimeCase, RuntimeUnderTest } from './fixture.ts';
export { type CaseResult, type RuntimeCases, runRuntimeCases, runtimeCases } from './runtime-cases.ts';

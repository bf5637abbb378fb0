export * from './runtime-cases/index.ts';
export { testRuntime } from './test-runtime.ts';

/** What runs models and reads pictures: in the worker, or in the page where there is to be none. */
export { decode } from './decode.ts';
export { startRuntime } from './runtime.ts';

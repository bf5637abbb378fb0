export { type Closeness, difference } from './close.ts';
export {
  distinct,
  type InputSpec,
  input,
  type OpCase,
  type OpCases,
  uniform,
  values,
} from './op-cases.ts';
export { runInOrt } from './run-in-ort.ts';
export { testOp } from './test-op.ts';

export {
  distinct,
  type InputSpec,
  input,
  type OpCase,
  type OpCases,
  uniform,
  values,
} from './op-cases.ts';

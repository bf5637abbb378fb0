/** Turns ONNX models into C99. */
export type { Origin } from './emit/header.ts';
export type { Interface, PicturePort, Port } from './emit/interface.ts';
export { type GeneratedC, type GenerateOptions, generateC } from './generate-c.ts';
export { type IntegerReference, integerReference } from './integer/integer-reference.ts';
export { kernels } from './kernels/index.ts';
export type {
  AliasLowering,
  CFunction,
  ConstantOperand,
  Kernel,
  KernelOptions,
  Lowering,
  ModelView,
  Operand,
  Parameters,
  Refusal,
} from './kernels/kernel.ts';
export type { RequiredOperator } from './ort-format/operators.ts';
export {
  type OrtFormat,
  type OrtFormatOptions,
  type OrtFormatRuntime,
  ortFormat,
} from './ort-format/ort-format.ts';
export {
  type AllowedType,
  type RequiredOperatorsOptions,
  requiredOperatorsConfig,
} from './ort-format/required-operators.ts';
export type { ElementType, TensorType } from './program/element-type.ts';
export type { Place, Program, Step, Tensor } from './program/program.ts';
export { printReport } from './report/print-report.ts';
export type { Report, ReportedStep } from './report/report.ts';

/** Turns ONNX models into C99. */
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
export type { ElementType, TensorType } from './program/element-type.ts';
export type { Place, Program, Step, Tensor } from './program/program.ts';

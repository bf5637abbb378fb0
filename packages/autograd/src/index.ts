export { type AttributeRules, type AttributesOf, attr, fromOnnxAttributes } from './attributes.ts';
export { gradientScope } from './backward.ts';
export { type CheckGradsOptions, checkGrads, numericGradient, type TensorFunction } from './check-grads.ts';
export * from './compile/index.ts';
export { InputError } from './errors.ts';
export { grad, type Params, valueAndGrad, valueAndGradAux } from './grad.ts';
export { applyNode, interpret, interpretSteps, nodeFlops } from './interpret.ts';
export {
  defineOp,
  type InferInput,
  Op,
  type OpDefinition,
  ownDomain,
  type Pullback,
  type Target,
  type VjpCall,
} from './op.ts';
export * from './ops/index.ts';
export { Generator, type GeneratorState } from './random.ts';
export { allOps, findOp, opOf } from './registry.ts';
export { noGrad } from './tape.ts';
export {
  asTensor,
  full,
  int64s,
  type NestedNumbers,
  ones,
  Tensor,
  tensor,
  tensorOf,
  tensorOfData,
  zeros,
} from './tensor.ts';
export { type Tensors, type TensorTypes, type Traced, trace } from './trace.ts';
export { type HostInput, hostTensor, scope, type TraceOptions } from './tracer.ts';
export {
  type ArrayOf,
  arrayType,
  type Dim,
  type DType,
  type FloatType,
  formatType,
  isConcrete,
  isDType,
  isFloat,
  type NumberArray,
  type Shape,
  sameShape,
  sizeOf,
  type TensorType,
  type TypedArray,
} from './types.ts';

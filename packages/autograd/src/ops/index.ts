export {
  Elu,
  Erf,
  elu,
  erf,
  Gate,
  Gelu,
  gelu,
  HardSigmoid,
  HardSwish,
  hardSigmoid,
  hardSwish,
  LeakyRelu,
  leakyRelu,
  Relu,
  relu,
  relu6,
  Sigmoid,
  Softplus,
  sigmoid,
  silu,
  softplus,
  Tanh,
  tanh,
} from './activations.ts';
export { adaptiveAveragePool, adaptiveMaxPool } from './adaptive-pool.ts';
export { ArgMax, argMax } from './arg-max.ts';
export { Add, add, Div, div, Mul, mul, Neg, neg, Sub, sub } from './arithmetic.ts';
export { AveragePool, type AveragePoolOptions, averagePool } from './average-pool.ts';
export {
  BatchNormalization,
  BatchNormTraining,
  BatchNormTrainingGrad,
  batchNorm,
  batchNormTraining,
  type NormOptions,
} from './batch-norm.ts';
export { BlockedConv, BlockedDot, blockedDomain, fromBlocks, toBlocks } from './blocked-conv.ts';
export {
  And,
  and,
  Equal,
  equal,
  Greater,
  GreaterOrEqual,
  greater,
  greaterOrEqual,
  Less,
  LessOrEqual,
  less,
  lessOrEqual,
  Not,
  not,
  Or,
  or,
} from './compare.ts';
export { Concat, concat, Split, split } from './concat.ts';
export { Constant, ConstantOfShape, Range, ShapeOf } from './constant.ts';
export { Conv, type ConvOptions, conv } from './conv.ts';
export { ConvTranspose, type ConvTransposeOptions, convTranspose } from './conv-transpose.ts';
export { ConvWeightGrad, convWeightGrad, laidOutWeightGrad } from './conv-weight-grad.ts';
export { Dropout, dropout } from './dropout.ts';
export { Expand, expand } from './expand.ts';
export { onesLike, zerosLike } from './fill.ts';
export {
  Gather,
  GatherElements,
  gather,
  gatherElements,
  ScatterElements,
  type ScatterReduction,
  scatterElements,
} from './gather.ts';
export { GlobalAveragePool, GlobalMaxPool, globalAveragePool, globalMaxPool } from './global-pool.ts';
export {
  groupNorm,
  InstanceNormalization,
  instanceNorm,
  LayerNormalization,
  layerNorm,
} from './layer-norm.ts';
export { binaryCrossEntropy, crossEntropy, meanSquaredError } from './losses.ts';
export { Gemm, type GemmOptions, gemm, MatMul, matMul } from './matmul.ts';
export { MaxPool, MaxPoolGrad, MaxPoolPick, maxPool } from './max-pool.ts';
export { Max, Min, maximum, minimum } from './min-max.ts';
export { OneHot, oneHot } from './one-hot.ts';
export { Pad, type PadMode, pad } from './pad.ts';
export type { PoolOptions } from './pool.ts';
export { Clip, clip, Pow, pow } from './pow.ts';
export { PRelu, prelu } from './prelu.ts';
export {
  DequantizeLinear,
  DynamicQuantizeLinear,
  dequantizeLinear,
  QuantizeLinear,
  quantizeLinear,
} from './quantize.ts';
export {
  max,
  mean,
  min,
  ReduceL1,
  ReduceL2,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  type ReduceOptions,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  sum,
} from './reduce.ts';
export { Reshape, reshape } from './reshape.ts';
export { type CoordinateMode, Resize, type ResizeOptions, resize } from './resize.ts';
export { Cast, CastLike, cast, Identity, identity, Where, where } from './select.ts';
export { Slice, slice } from './slice.ts';
export { LogSoftmax, logSoftmax, Softmax, softmax } from './softmax.ts';
export { Flatten, flatten, Squeeze, squeeze, Unsqueeze, unsqueeze } from './squeeze.ts';
export { Tile, tile } from './tile.ts';
export { Transpose, transpose } from './transpose.ts';
export {
  Abs,
  abs,
  Ceil,
  Cos,
  ceil,
  cos,
  Exp,
  exp,
  Floor,
  floor,
  Log,
  log,
  Reciprocal,
  Round,
  reciprocal,
  round,
  Sign,
  Sin,
  Sqrt,
  sign,
  sin,
  sqrt,
  square,
} from './unary.ts';

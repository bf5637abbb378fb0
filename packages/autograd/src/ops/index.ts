export * from './activations.ts';
export * from './arg-max.ts';
export * from './arithmetic.ts';
export { AveragePool, type AveragePoolOptions, adaptiveAveragePool, averagePool } from './average-pool.ts';
export {
  BatchNormalization,
  BatchNormTraining,
  BatchNormTrainingGrad,
  batchNorm,
  batchNormTraining,
  type NormOptions,
} from './batch-norm.ts';
export * from './compare.ts';
export * from './concat.ts';
export * from './constant.ts';
export { Conv, type ConvOptions, conv } from './conv.ts';
export { ConvTranspose, type ConvTransposeOptions, convTranspose } from './conv-transpose.ts';
export { ConvWeightGrad, convWeightGrad } from './conv-weight-grad.ts';
export * from './dropout.ts';
export * from './expand.ts';
export * from './fill.ts';
export * from './gather.ts';
export { GlobalAveragePool, GlobalMaxPool, globalAveragePool, globalMaxPool } from './global-pool.ts';
export {
  groupNorm,
  InstanceNormalization,
  instanceNorm,
  LayerNormalization,
  layerNorm,
} from './layer-norm.ts';
export * from './losses.ts';
export { Gemm, type GemmOptions, gemm, MatMul, matMul } from './matmul.ts';
export { MaxPool, MaxPoolGrad, MaxPoolPick, maxPool } from './max-pool.ts';
export * from './min-max.ts';
export * from './one-hot.ts';
export * from './pad.ts';
export type { PoolOptions } from './pool.ts';
export * from './pow.ts';
export * from './prelu.ts';
export * from './quantize.ts';
export * from './reduce.ts';
export * from './reshape.ts';
export { type CoordinateMode, Resize, type ResizeOptions, resize } from './resize.ts';
export * from './select.ts';
export * from './slice.ts';
export * from './softmax.ts';
export * from './squeeze.ts';
export * from './tile.ts';
export { Transpose, transpose } from './transpose.ts';
export * from './unary.ts';

export type { Pair } from '../options.ts';
export {
  ELU,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from './activations.ts';
export { BatchNorm2d, type BatchNorm2dOptions } from './batch-norm2d.ts';
export { Flatten, Identity, Residual, Sequential } from './containers.ts';
export { Conv2d, type Conv2dOptions } from './conv2d.ts';
export { Dropout } from './dropout.ts';
export { Linear, type LinearOptions } from './linear.ts';
export {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  AvgPool2d,
  type AvgPool2dOptions,
  MaxPool2d,
  type MaxPool2dOptions,
} from './pool.ts';
export { Preprocess, type PreprocessOptions } from './preprocess.ts';

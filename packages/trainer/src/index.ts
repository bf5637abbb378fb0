export * from './checkpoint/index.ts';
export { type CompiledOptions, compiled } from './compiled.ts';
export * from './data/index.ts';
export type { ImageDataset, ImageSplit } from './dataset.ts';
export { describeNetwork, formatSummary, type ModuleSummary, type NetworkSummary } from './describe.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate.ts';
export { type Executor, eager, FunctionRunner, type StepFigures, type StepRunner } from './executor.ts';
export { findNonFinite, type NonFinite } from './find-non-finite.ts';
export { fit } from './fit.ts';
export type {
  Callback,
  EpochEvent,
  FitOptions,
  FitResult,
  Monitor,
  RunShape,
  StepEvent,
} from './fit-options.ts';
export { softmaxCrossEntropy } from './losses/index.ts';
export {
  accuracy,
  type ClassReport,
  type ClassScores,
  classReport,
  confusionMatrix,
  topClasses,
  topKAccuracy,
} from './metrics/classification.ts';
export * from './models/index.ts';
export {
  Buffer,
  bufferValues,
  type ForwardContext,
  inference,
  loadState,
  Module,
  Parameter,
  parameterValues,
  runChild,
  withState,
} from './module.ts';
export { type ModuleRun, modulePath, observeModules } from './module-path.ts';
export { NetworkError } from './network-error.ts';
export * as nn from './nn/index.ts';
export * from './nn/index.ts';
export { type InitializeOptions, initialize } from './nn/initialize.ts';
export * as initializers from './nn/initializers.ts';
export * from './optim/index.ts';
export {
  applyMasks,
  type Loss,
  packTensors,
  type StepRecipe,
  type TensorFunction,
  type TrainingTensors,
  type TrainStep,
  trainStep,
  unpackTensors,
} from './train-step.ts';
export { TrainingError } from './training-error.ts';

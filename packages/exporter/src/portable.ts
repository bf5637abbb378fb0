/** All of the exporter that needs nothing of Node's, for browsers and phones too: only bundles are written as files. */
export type { ShapeOptions } from './analyze/concrete-inputs.ts';
export { countFlops, countParameters, type FlopsCount } from './analyze/count.ts';
export { type InferredGraph, inferGraph } from './analyze/infer-graph.ts';
export {
  type ExportOptions,
  exportOnnx,
  outputName,
  type PictureInput,
  type TensorInput,
} from './export/export-onnx.ts';
export { GraphModule, importNetwork, withWeights } from './import/graph-module.ts';
export { type PictureInputOptions, withPictureInput } from './import/picture-input.ts';
export { trainableInitializers, weightInitializers } from './import/trainable.ts';
export * from './passes/index.ts';
export {
  type ChannelPruningOptions,
  type ChannelPruningReport,
  type PrunedLayer,
  pruneChannels,
} from './prune/prune-channels.ts';
export {
  type MagnitudePruningOptions,
  type MagnitudePruningReport,
  pruneMagnitude,
} from './prune/prune-magnitude.ts';
export type { ChannelCriterion } from './prune/units.ts';
export * from './quantize/index.ts';
export { type LatencyFigures, measureLatency } from './verify/measure-latency.ts';
export { type ExportOrt, type LabelledBatch, type Verification, verify } from './verify/verify.ts';

export { eliminateCommonSubexpressions } from './eliminate-common-subexpressions.ts';
export { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
export { eliminateIdentities } from './eliminate-identities.ts';
export { foldConstants } from './fold-constants.ts';
export { fuseConvBatchNorm } from './fuse-conv-batch-norm.ts';
export { inferShapes } from './infer-shapes.ts';
export { type Optimized, optimize, standardPasses } from './optimize.ts';
export type { Pass, PassResult, Refusal } from './pass.ts';
export { type PassReport, type RunPassesOptions, runPasses } from './run-passes.ts';

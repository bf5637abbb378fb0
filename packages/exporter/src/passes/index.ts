export {
  eliminateCommonSubexpressions,
  eliminateDeadNodes,
  eliminateIdentities,
  foldConstants,
  inferShapes,
  type Pass,
  type PassReport,
  type PassResult,
  type Refusal,
  type RunPassesOptions,
  runPasses,
} from '@trainyard/autograd/passes';
export { fuseConvBatchNorm } from './fuse-conv-batch-norm.ts';
export { type Optimized, optimize, standardPasses } from './optimize.ts';

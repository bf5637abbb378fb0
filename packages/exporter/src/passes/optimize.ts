import type { Pass } from '@trainyard/autograd/passes';
import {
  eliminateCommonSubexpressions,
  eliminateDeadNodes,
  eliminateIdentities,
  foldConstants,
  inferShapes,
  type PassReport,
  type RunPassesOptions,
  runPasses,
} from '@trainyard/autograd/passes';
import { cloneModel, type Model } from '@trainyard/onnx-ir';
import { fuseConvBatchNorm } from './fuse-conv-batch-norm.ts';

/** What `optimize` runs, in this order, until nothing changes. */
export const standardPasses: readonly Pass[] = [
  inferShapes,
  foldConstants,
  eliminateIdentities,
  fuseConvBatchNorm,
  eliminateCommonSubexpressions,
  eliminateDeadNodes,
];

export interface Optimized {
  readonly model: Model;
  /** What each pass did, and what it refused. */
  readonly passes: readonly PassReport[];
}

/**
 * A copy of a model that computes the same with fewer nodes. Any model will do; its opset stays.
 * @throws ModelError when a pass does not keep its promise
 */
export function optimize(model: Model, options: RunPassesOptions = {}): Optimized {
  const copy = cloneModel(model);
  return { passes: runPasses(copy, standardPasses, options), model: copy };
}

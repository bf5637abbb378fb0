import { createModel, type Graph } from '@trainyard/onnx-ir';
import type { Target } from '../../op.ts';
import { eliminateCommonSubexpressions } from '../eliminate-common-subexpressions.ts';
import { eliminateDeadNodes } from '../eliminate-dead-nodes.ts';
import { eliminateIdentities } from '../eliminate-identities.ts';
import { foldConstants } from '../fold-constants.ts';
import { inferShapes } from '../infer-shapes.ts';
import type { Pass } from '../pass.ts';
import { type PassReport, runPasses } from '../run-passes.ts';
import { addInProduct } from './add-in-product.ts';
import { alignScalars } from './align-scalars.ts';
import { blockedConv } from './blocked-conv.ts';
import { blockedConvPool } from './blocked-conv-pool.ts';
import { castBeforeTranspose } from './cast-before-transpose.ts';
import { convPool, wideBlockedConvPool } from './conv-pool.ts';
import { cropBeforePool } from './crop-before-pool.ts';
import { cropBeforePools } from './crop-before-pools.ts';
import { emitBlocked } from './emit-blocked.ts';
import { lower } from './lower.ts';
import { normOverPictures } from './norm-over-pictures.ts';
import { poolBeforeRelu } from './pool-before-relu.ts';
import { smallPictures } from './small-pictures.ts';
import { sumPoolGradient } from './sum-pool-gradient.ts';
import { topClassOfInt32 } from './top-class-of-int32.ts';
import { transposedAsConv, transposedForBlocks } from './transposed-as-conv.ts';
import { withinBlocks } from './within-blocks.ts';

const rules: readonly Pass[] = [
  eliminateCommonSubexpressions,
  eliminateDeadNodes,
  poolBeforeRelu,
  sumPoolGradient,
  cropBeforePools,
  convPool,
  cropBeforePool,
  addInProduct,
  alignScalars,
];

/**
 * Rules that see a training step as operators, gradients included; they run before those become ONNX.
 * A rule that pays on one target only is in that target's list only.
 */
export const trainingPasses: Readonly<Record<Target, readonly Pass[]>> = {
  cpu: [...rules, smallPictures, normOverPictures, transposedAsConv],
  portable: [...rules, castBeforeTranspose, topClassOfInt32],
};

/** What follows once operators are ONNX. */
const cleaningPasses: readonly Pass[] = [
  inferShapes,
  foldConstants,
  eliminateIdentities,
  eliminateCommonSubexpressions,
  eliminateDeadNodes,
];

/** The target's passes, with the one for channels in blocks where it is known how many are in one. */
function passesFor(target: Target, channelBlock: number | undefined): readonly Pass[] {
  const passes = trainingPasses[target];
  if (target !== 'cpu' || channelBlock === undefined) return passes;
  const at = passes.indexOf(convPool);
  return [
    ...passes.slice(0, at),
    // What poolBeforeRelu left unread would still read the convolution.
    eliminateDeadNodes,
    blockedConvPool(channelBlock),
    wideBlockedConvPool(channelBlock),
    ...passes.slice(at + 1),
    transposedForBlocks(channelBlock),
    blockedConv(channelBlock),
    withinBlocks,
  ];
}

/**
 * Makes a traced training step fast, in place: a graph traced with `lower: false`, so that the rules see the operators
 * of the gradient. Leaves only operators of ONNX. Inputs and outputs keep their names.
 * @param channelBlock how many channels ONNX Runtime takes together on the processor at hand; where it is given, some
 * convolutions are operators of ONNX Runtime's own, so that the graph is for processors like this one
 * @throws ModelError when an operator has no form in ONNX
 */
export function optimizeTraining(graph: Graph, target: Target = 'cpu', channelBlock?: number): PassReport[] {
  const model = createModel(graph);
  return [
    ...runPasses(model, passesFor(target, channelBlock)),
    ...runPasses(model, [lower(target), emitBlocked], { maxRounds: 1 }),
    ...runPasses(model, cleaningPasses),
  ];
}

import { createModel, type Graph } from '@trainyard/onnx-ir';
import type { Target } from '../../op.ts';
import { eliminateCommonSubexpressions } from '../eliminate-common-subexpressions.ts';
import { eliminateDeadNodes } from '../eliminate-dead-nodes.ts';
import { eliminateIdentities } from '../eliminate-identities.ts';
import { foldConstants } from '../fold-constants.ts';
import { inferShapes } from '../infer-shapes.ts';
import type { Pass } from '../pass.ts';
import { type PassReport, runPasses } from '../run-passes.ts';
import { alignScalars } from './align-scalars.ts';
import { castBeforeTranspose } from './cast-before-transpose.ts';
import { convPool } from './conv-pool.ts';
import { cropBeforePool } from './crop-before-pool.ts';
import { lower } from './lower.ts';
import { poolBeforeRelu } from './pool-before-relu.ts';
import { smallPictures } from './small-pictures.ts';
import { sumPoolGradient } from './sum-pool-gradient.ts';
import { topClassOfInt32 } from './top-class-of-int32.ts';
import { transposedAsConv } from './transposed-as-conv.ts';

const rules: readonly Pass[] = [
  eliminateCommonSubexpressions,
  eliminateDeadNodes,
  poolBeforeRelu,
  sumPoolGradient,
  convPool,
  cropBeforePool,
  alignScalars,
];

/**
 * Rules that see a training step as operators, gradients included; they run before those become ONNX.
 * A rule that pays on one target only is in that target's list only.
 */
export const trainingPasses: Readonly<Record<Target, readonly Pass[]>> = {
  cpu: [...rules, smallPictures, transposedAsConv],
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

/**
 * Makes a traced training step fast, in place: a graph traced with `lower: false`, so that the rules see the operators
 * of the gradient. Leaves only operators of ONNX. Inputs and outputs keep their names.
 * @throws ModelError when an operator has no form in ONNX
 */
export function optimizeTraining(graph: Graph, target: Target = 'cpu'): PassReport[] {
  const model = createModel(graph);
  return [
    ...runPasses(model, trainingPasses[target]),
    ...runPasses(model, [lower(target)], { maxRounds: 1 }),
    ...runPasses(model, cleaningPasses),
  ];
}

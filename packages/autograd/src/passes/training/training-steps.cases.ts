import { createModel, type Model } from '@trainyard/onnx-ir';
import { runInOrt } from '@trainyard/testing';
import { expect } from 'vitest';
import { valueAndGrad } from '../../grad.ts';
import type { Tensor } from '../../tensor.ts';
import { type Tensors, trace } from '../../trace.ts';
import type { Pass } from '../pass.ts';
import { type PassReport, runPasses } from '../run-passes.ts';
import { optimizeTraining, trainingPasses } from './optimize-training.ts';

export type Loss = (params: Tensors, data: Tensors) => Tensor;

/** The loss and its gradient in `params`, by name. */
const step =
  (loss: Loss, params: Tensors) =>
  (inputs: Tensors): Tensors => {
    const split = Object.entries(inputs);
    const moved = Object.fromEntries(split.filter(([name]) => name in params));
    const data = Object.fromEntries(split.filter(([name]) => !(name in params)));
    const [value, gradient] = valueAndGrad((p: Tensors) => loss(p, data))(moved);
    return {
      loss: value,
      ...Object.fromEntries(Object.entries(gradient).map(([name, g]) => [`d${name}`, g])),
    };
  };

export const operatorsOf = ({ graph }: Model): string[] => graph.nodes.map(({ opType }) => opType);

/** Runs passes over the step, after those that come first in a training graph. */
export function rewritten(loss: Loss, params: Tensors, data: Tensors, passes: readonly Pass[]) {
  const { graph } = trace(step(loss, params), { ...params, ...data }, { lower: false });
  const model = createModel(graph);
  const before = trainingPasses.cpu.slice(0, 2);
  const reports: PassReport[] = [...passes.flatMap((pass) => runPasses(model, [...before, pass]))];
  const of = (pass: Pass) => reports.find((report) => report.pass === pass.name) as PassReport;
  return { model, of };
}

/** Optimizes the step for training and compares what ONNX Runtime gives with the eager one. */
export async function expectSameStep(
  loss: Loss,
  params: Tensors,
  data: Tensors,
  relative = 1e-4,
): Promise<PassReport[]> {
  const inputs = { ...params, ...data };
  const { graph } = trace(step(loss, params), inputs, { lower: false });
  const reports = optimizeTraining(graph);
  const fetched = await runInOrt(graph, inputs);
  for (const [name, expected] of Object.entries(step(loss, params)(inputs))) {
    const largest = Math.max(...expected.toArray().map(Math.abs));
    expect(fetched[name], name).toBeAllClose(expected, { relative, absolute: 0.1 * relative * largest });
  }
  return reports;
}

import { Generator } from '@trainyard/autograd';
import {
  bufferValues,
  type Executor,
  eager,
  parameterValues,
  sgd,
  softmaxCrossEntropy,
  trainStep,
} from '@trainyard/trainer';
import type { Contender } from '../contender.ts';
import { batchSize, type TrainTask } from '../task.ts';

export interface TrainyardOptions {
  readonly threads?: 1 | 2;
  readonly parts?: number;
}

/** Our training step, run by an executor. */
export function trainyard(
  task: Omit<TrainTask, 'tolerance'>,
  executor: Executor,
  { threads = 1, parts = 1 }: TrainyardOptions = {},
): Contender {
  const { network, batch, learningRate, momentum } = task;
  const optimizer = sgd({ momentum });
  const generator = new Generator(1);
  const step = trainStep(network, { optimizer, loss: softmaxCrossEntropy() }, generator);
  const runner = executor.prepare(step);
  const params = parameterValues(network);
  runner.load({ params, buffers: bufferValues(network), optimizer: optimizer.init(params) });
  return {
    name: `trainyard ${executor.name}`,
    batch: batchSize(task),
    peer: false,
    threads,
    parts,
    compiles: executor !== eager,
    step: async () => {
      const { loss } = await runner.step(batch, learningRate);
      const fallback = runner.fallback?.();
      if (fallback) throw new Error(`${executor.name} would time something else: ${fallback}`);
      return loss;
    },
    gradients: async () => {
      const state = (await runner.read('after')).optimizer;
      // It may be written over by the next step.
      const velocity = (name: string) => (state[`velocity.${name}`].data as Float32Array).slice();
      return Object.fromEntries(Object.keys(params).map((name) => [name, velocity(name)]));
    },
    dispose: async () => runner.dispose?.(),
  };
}

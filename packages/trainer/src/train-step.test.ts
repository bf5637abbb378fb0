import { full, Generator, interpret, mul, type Tensors, tensorOf, trace } from '@trainyard/autograd';
import { describe, expect, it } from 'vitest';
import { Loader } from './data/index.ts';
import { plain, smallNetwork, smallSplit } from './fit.cases.ts';
import { softmaxCrossEntropy } from './losses/index.ts';
import { bufferValues, parameterValues } from './module.ts';
import { initialize } from './nn/initialize.ts';
import { adamW } from './optim/adam.ts';
import { sgd } from './optim/sgd.ts';
import { packTensors, type StepRecipe, trainStep, unpackTensors } from './train-step.ts';

const recipe: StepRecipe = {
  // A bias before batch norm has a gradient of rounding errors alone, which a small eps would blow up.
  optimizer: adamW({ eps: 1e-3 }),
  loss: softmaxCrossEntropy({ labelSmoothing: 0.1 }),
  regularize: { l1: 1e-4, l2: 1e-4 },
  clipGradients: { norm: 1, value: 0.5 },
  masks: {
    'classifier.weight': tensorOf(
      'float32',
      [3, 36],
      Float32Array.from({ length: 108 }, (_, i) => i % 2),
    ),
  },
};

function start(given: StepRecipe) {
  const network = initialize(smallNetwork(), 1);
  const params = parameterValues(network);
  const tensors = { params, buffers: bufferValues(network), optimizer: given.optimizer.init(params) };
  const batch = new Loader(smallSplit(16), { batchSize: 16, seed: 1 }).batch(0, 0);
  return { network, inputs: { ...packTensors(tensors), ...batch, learningRate: full([], 0.01) } };
}

describe('trainStep', () => {
  it('changes nothing but what it returns', () => {
    const { network, inputs } = start(recipe);
    const before = plain([inputs, parameterValues(network), bufferValues(network)]);
    const step = trainStep(network, recipe, new Generator(1));
    const [first, second] = [step(inputs), trainStep(network, recipe, new Generator(1))(inputs)];
    expect(plain([inputs, parameterValues(network), bufferValues(network)])).toEqual(before);
    expect(plain(second)).toEqual(plain(first));
    expect(Object.keys(first).filter((name) => !(name in inputs))).toEqual(['loss', 'correct']);
  });

  it('is one ONNX graph: forward, backward, optimizer; it gives the numbers of the eager step', () => {
    const { network, inputs } = start(recipe);
    const eager = trainStep(network, recipe, new Generator(1))(inputs);
    const { graph, hostInputs, outputNames } = trace(trainStep(network, recipe, new Generator(1)), inputs);
    expect(graph.nodes.filter(({ domain }) => domain !== '')).toEqual([]);
    expect(hostInputs).toHaveLength(1);
    const drawn = Object.fromEntries(hostInputs.map(({ name, produce }) => [name, produce()]));
    const traced = interpret(graph, { ...inputs, ...drawn });
    for (const [name, expected] of Object.entries(eager)) {
      const actual = traced[outputNames.get(name)!];
      actual.toArray().forEach((v, i) => {
        expect(Math.abs(v - expected.toArray()[i]), name).toBeLessThan(1e-5);
      });
    }
  });

  it('counts what was classified right, and learns', () => {
    const { network, inputs } = start({ ...recipe, optimizer: sgd({ momentum: 0.9 }) });
    const step = trainStep(network, { ...recipe, optimizer: sgd({ momentum: 0.9 }) }, new Generator(1));
    let now: Tensors = { ...inputs, learningRate: full([], 0.05) };
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) {
      const { loss, correct, ...rest } = step(now);
      losses.push(loss.item());
      now = { ...now, ...rest };
      if (i === 29) expect(correct.item()).toBeGreaterThan(14);
    }
    expect(losses[29]).toBeLessThan(losses[0]);
    const weight = unpackTensors(now).params['classifier.weight'];
    expect(weight.toArray()).toEqual(mul(weight, recipe.masks!['classifier.weight']).toArray());
  });
});

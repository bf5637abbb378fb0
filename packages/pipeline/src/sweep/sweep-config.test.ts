import { nextTrials } from '@trainyard/jobs';
import { describe, expect, test } from 'vitest';
import { parsePipeline, sectionsOf } from '../config.ts';
import { applyTrial } from './apply-trial.ts';
import { sweepConfigOf } from './sweep-config.ts';

const pipelineWith = (sweep: unknown, train: object = {}) =>
  parsePipeline('shapes', {
    name: 'shapes',
    dataset: { name: 'digits' },
    train: { epochs: 9, learningRate: 0.1, ...train },
    prune: [
      { name: 'slim', method: 'magnitude', sparsity: 0.5, fineTune: { epochs: 1, learningRate: 0.01 } },
    ],
    budget: { maxAccuracyDrop: { slim: 0.1 } },
    retrain: { start: 'warm', data: { keep: 'all' }, promote: { prefer: { node: 'slim' } } },
    sweep,
  });

const rate = { min: 0.001, max: 0.1, scale: 'log' };
const random = (space: object, more: object = {}) => ({ method: 'random', trials: 3, space, ...more });

describe('sweepConfigOf', () => {
  test('measures trials on the pictures kept back, in the direction of the figure', () => {
    const config = sweepConfigOf(pipelineWith(random({ 'train.learningRate': rate }, { metric: 'loss' })));
    expect(config).toEqual({
      method: 'random',
      trials: 3,
      seed: 1,
      space: { 'train.learningRate': rate },
      metric: { name: 'validation/loss', goal: 'min' },
    });
  });

  test('the last rung has the epochs of the recipe, unless the sweep says otherwise', () => {
    const sweep = { method: 'halving', space: { 'train.learningRate': rate } };
    expect(sweepConfigOf(pipelineWith(sweep))).toMatchObject({ minEpochs: 1, maxEpochs: 9, eta: 3 });
    expect(sweepConfigOf(pipelineWith({ ...sweep, maxEpochs: 27 }))).toMatchObject({ maxEpochs: 27 });
  });

  test.each<[string, unknown]>([
    ['expected a section sweep in pipeline.config.ts, got none', undefined],
    [
      "got train.optimizer.momentum; where one goes with another, vary them as one: 'train.optimizer'",
      random({ 'train.optimizer.type': { values: ['sgd', 'adam', 'adamw'] } }),
    ],
    [
      'sweep.space of shapes: expected paths of settings, such as train.learningRate, got train.learningRat',
      random({ 'train.learningRat': rate }),
    ],
    [
      'expected train.batchSize: Invalid integer: Received 32.7579',
      random({ 'train.batchSize': { min: 8, max: 64 } }),
    ],
    ['expected train.learningRate: >0, got ', random({ 'train.learningRate': { min: -1, max: 0 } })],
    [
      'expected train.optimizer.type: ("sgd" | "adam" | "adamw"), got ',
      random({ 'train.optimizer.type': { values: ['rms', 'rmsprop', 'lion'] } }),
    ],
    [
      'sweep.space: expected epochs to have settings of its own, got 9',
      random({ 'train.epochs.first': rate }),
    ],
    ['got train.__proto__', random({ 'train.__proto__.polluted': rate })],
    ['expected the path of a setting of train, ', random({ 'dataset.size': { min: 8, max: 64 } })],
    ['expected the same validation in all trials', random({ 'train.validation': rate })],
    [
      'expected epochs to be left to the method halving',
      { method: 'halving', space: { 'train.epochs': { min: 1, max: 5, integer: true } } },
    ],
    ['sweep trials: expected at most the 2 combinations', random({ seed: { values: [1, 2] } })],
  ])('%s', (message, sweep) => {
    expect(() => sweepConfigOf(pipelineWith(sweep))).toThrow(message);
    expect({}).not.toHaveProperty('polluted');
  });

  test.each<[string, unknown]>([
    ['expected sweep.method: ("grid" | "random" | "halving"), got "best"', { method: 'best', space: {} }],
    ['expected sweep.space.seed: { values } or { min, max }, got 1', random({ seed: 1 })],
    ['expected sweep.metric: ("accuracy" | "loss"), got "f1"', random({}, { metric: 'f1' })],
  ])('the config is refused: %s', (message, sweep) => {
    expect(() => pipelineWith(sweep)).toThrow(message);
  });
});

describe('applyTrial', () => {
  test('trains with the settings, and does nothing else of the pipeline', () => {
    const pipeline = pipelineWith(random({ 'train.learningRate': rate }));
    const trial = applyTrial(pipeline, {
      'train.learningRate': 0.02,
      'train.optimizer': { type: 'adam' },
      'train.regularize.l2': 0.001,
      network: './wide.ts',
    });
    expect(trial.train).toMatchObject({
      learningRate: 0.02,
      epochs: 9,
      optimizer: { type: 'adam', weightDecay: 0 },
      regularize: { l2: 0.001 },
    });
    expect(trial).toMatchObject({ network: './wide.ts', prune: [], quantize: [], budget: {} });
    expect(trial.retrain).toMatchObject({ start: 'cold', data: { keep: 'current' } });
    expect(trial).not.toHaveProperty('sweep');
    expect(applyTrial(pipeline, {}, 2).train.epochs).toBe(2);
  });

  test('keeps back a fifth of the pictures, or what the recipe or the sweep says', () => {
    const shareOf = (sweep: object, train: object) =>
      applyTrial(pipelineWith(random({ 'train.learningRate': rate }, sweep), train), {}).train.validation;
    expect(shareOf({}, {})).toBe(0.2);
    expect(shareOf({}, { validation: 0.1 })).toBe(0.1);
    expect(shareOf({ validation: 0.3 }, { validation: 0.1 })).toBe(0.3);
  });

  test('a section sweep leaves every stage as it is', () => {
    const sweep = random({ 'train.learningRate': rate });
    expect(sectionsOf(pipelineWith(sweep))).toEqual(sectionsOf(pipelineWith(undefined)));
  });

  test('takes a pipeline as a database gives it back', () => {
    const pipeline = pipelineWith(random({ 'train.learningRate': rate }));
    const stored = JSON.parse(JSON.stringify(pipeline));
    expect(sectionsOf(applyTrial(stored, { seed: 3 }))).toEqual(
      sectionsOf(applyTrial(pipeline, { seed: 3 })),
    );
    expect(nextTrials(sweepConfigOf(stored), [])).toEqual(nextTrials(sweepConfigOf(pipeline), []));
  });
});

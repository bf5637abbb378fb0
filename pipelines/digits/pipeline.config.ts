import { definePipeline } from '@trainyard/pipeline';

export default definePipeline({
  name: 'digits',
  dataset: { name: 'digits' },
  seed: 1,
  train: {
    epochs: 15,
    batchSize: 32,
    learningRate: 0.1,
    schedule: 'one-cycle',
    optimizer: { type: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    labelSmoothing: 0.1,
    augment: { shift: 1, rotate: 10, scale: 0.1 },
  },
  prune: [
    { name: 'sparse', method: 'magnitude', sparsity: 0.7, fineTune: { epochs: 3, learningRate: 0.01 } },
    { name: 'pruned', method: 'channels', flopsReduction: 0.45, fineTune: { epochs: 6, learningRate: 0.02 } },
  ],
  quantize: [
    { name: 'float16', method: 'float16' },
    { name: 'int8-dynamic', method: 'dynamic' },
    { name: 'int8-u8s8', method: 'static', activations: 'uint8' },
    { name: 'int8-s8s8', method: 'static', activations: 'int8' },
    { name: 'int8-percentile', method: 'static', calibration: { method: 'percentile' } },
    { name: 'pruned-int8', method: 'static', from: 'pruned' },
  ],
  budget: {
    minAccuracy: 0.985,
    maxAccuracyDrop: { default: 0.005, sparse: 0.01, pruned: 0.01, 'pruned-int8': 0.01 },
  },
  sweep: {
    method: 'halving',
    trials: 9,
    space: {
      'train.learningRate': { min: 0.01, max: 0.3, scale: 'log' },
      'train.optimizer.momentum': { min: 0.5, max: 0.95 },
      'train.batchSize': { values: [16, 32, 64] },
    },
  },
});

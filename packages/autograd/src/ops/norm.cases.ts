import { type OpCases, uniform } from '@trainyard/testing';

const batch = ['batch', 3, 4, 5] as const;

export const cases: OpCases = {
  BatchNormalization: [
    {
      inputs: [uniform([2, 3, 4, 5]), uniform([3]), uniform([3]), uniform([3]), uniform([3], 0.5, 2)],
      attributes: { epsilon: 1e-3 },
      dims: [batch],
    },
    {
      name: 'features',
      inputs: [uniform([4, 3]), uniform([3]), uniform([3]), uniform([3]), uniform([3], 0.5, 2)],
    },
  ],
  BatchNormTraining: [
    {
      name: 'the result alone',
      inputs: [uniform([2, 3, 4, 5]), uniform([3]), uniform([3])],
      outputs: [0],
    },
    { inputs: [uniform([2, 3, 4, 5]), uniform([3]), uniform([3])] },
    {
      name: 'features',
      inputs: [uniform([6, 3]), uniform([3]), uniform([3])],
      attributes: { epsilon: 1e-2 },
    },
  ],
  BatchNormTrainingGrad: [
    { inputs: [uniform([2, 3, 4, 5]), uniform([3]), uniform([2, 3, 4, 5])] },
    {
      name: 'features',
      inputs: [uniform([6, 3]), uniform([3]), uniform([6, 3])],
      attributes: { epsilon: 1e-2 },
    },
  ],
  LayerNormalization: [
    { inputs: [uniform([2, 3, 8]), uniform([8]), uniform([8])], dims: [['batch', 3, 8]] },
    {
      name: 'two axes',
      inputs: [uniform([3, 4, 5]), uniform([4, 5]), uniform([4, 5])],
      attributes: { axis: 1 },
    },
    { name: 'no bias', inputs: [uniform([4, 5]), uniform([5])], attributes: { epsilon: 1e-2 } },
  ],
  InstanceNormalization: [
    { inputs: [uniform([2, 3, 4, 5]), uniform([3]), uniform([3])], dims: [batch] },
    { name: 'one axis', inputs: [uniform([2, 3, 7]), uniform([3]), uniform([3])] },
  ],
};

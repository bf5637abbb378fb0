import { distinct, type OpCases, uniform } from '@trainyard/testing';

export const cases: OpCases = {
  PRelu: [
    {
      name: 'one slope a channel',
      inputs: [distinct([2, 3, 2, 2]), uniform([3, 1, 1], 0.1, 0.4)],
      dims: [['batch', 3, 2, 2]],
    },
    { name: 'one slope', inputs: [distinct([2, 3]), uniform([1], 0.1, 0.4)] },
  ],
};

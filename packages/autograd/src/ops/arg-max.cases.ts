import { distinct, type OpCases, values } from '@trainyard/testing';

export const cases: OpCases = {
  ArgMax: [
    { name: 'first axis', inputs: [distinct([3, 4])] },
    {
      name: 'last axis',
      inputs: [distinct([2, 3, 4])],
      attributes: { axis: -1, keepdims: 0 },
      dims: [['batch', 3, 4]],
    },
    { name: 'inner axis', inputs: [distinct([2, 3, 4])], attributes: { axis: 1 } },
    {
      name: 'ties: the first',
      inputs: [
        values([
          [1, 3, 3],
          [2, 2, 1],
        ]),
      ],
      attributes: { axis: 1 },
    },
    {
      name: 'ties: the last',
      inputs: [
        values([
          [1, 3, 3],
          [2, 2, 1],
        ]),
      ],
      attributes: { axis: 1, selectLastIndex: 1 },
    },
  ],
};

import { distinct, input, type OpCase, type OpCases, uniform } from '@trainyard/testing';

/** Operators on two tensors: same shapes, all ways to broadcast, whole numbers. */
const binary = (low: number): OpCase[] => [
  {
    name: 'same shape',
    inputs: [uniform([3, 4]), uniform([3, 4], low)],
    dims: [
      ['batch', 4],
      ['batch', 4],
    ],
  },
  { name: 'scalar', inputs: [uniform([2, 3]), uniform([], low)], dims: [['batch', 3]] },
  { name: 'both stretched', inputs: [uniform([2, 1, 4]), uniform([3, 1], low)] },
  { name: 'a channel', inputs: [uniform([2, 3, 2, 2]), uniform([3, 1, 1], low)], dims: [['batch', 3, 2, 2]] },
  { name: 'inner axes stretched', inputs: [uniform([2, 1, 1]), uniform([2, 3, 2], low)] },
  { name: 'no elements', inputs: [uniform([0, 3]), uniform([3], low)], order: 0 },
  { name: 'int32', inputs: [input([7, -7, 8], 'int32'), input([2, 2, -3], 'int32')] },
  { name: 'int64', inputs: [input([7, -7, 8], 'int64'), input([[2], [-3]], 'int64')] },
];

export const cases: OpCases = {
  Add: binary(-1),
  Sub: binary(-1),
  Mul: binary(-1),
  Div: binary(0.5),
  Neg: [
    { inputs: [distinct([2, 3])], dims: [['batch', 3]] },
    { name: 'int64', inputs: [input([1, -2, 0], 'int64')] },
    { name: 'int32', inputs: [input([1, -2, 0], 'int32')] },
  ],
};

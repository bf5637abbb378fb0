import { type OpCase, type OpCases, uniform } from '@trainyard/testing';

const along: OpCase[] = [
  { name: 'last axis', inputs: [uniform([3, 5], -2, 2)], dims: [['batch', 5]] },
  { name: 'inner axis', inputs: [uniform([2, 3, 4], -2, 2)], attributes: { axis: 1 } },
  { name: 'large numbers', inputs: [uniform([2, 4], 300, 310)], attributes: { axis: -1 } },
];

export const cases: OpCases = { Softmax: along, LogSoftmax: along };

import { distinct, input, type OpCase, type OpCases, uniform } from '@trainyard/testing';

const extreme: OpCase[] = [
  {
    name: 'two',
    inputs: [uniform([3, 4]), uniform([3, 4])],
    dims: [
      ['batch', 4],
      ['batch', 4],
    ],
  },
  { name: 'three, stretched', inputs: [uniform([2, 1, 3]), uniform([4, 1]), uniform([3])] },
  { name: 'one', inputs: [distinct([4])] },
  { name: 'int64', inputs: [input([1, 5, 3], 'int64'), input([2], 'int64')] },
];

export const cases: OpCases = { Max: extreme, Min: extreme };

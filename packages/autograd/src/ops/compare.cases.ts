import { input, type OpCase, type OpCases, values } from '@trainyard/testing';

const comparison: OpCase[] = [
  {
    name: 'floats',
    inputs: [
      values([
        [1, 2, 3],
        [3, 2, 1],
      ]),
      values([2, 2, 2]),
    ],
    dims: [['batch', 3]],
  },
  { name: 'int64', inputs: [input([1, 2, 3], 'int64'), input([[2]], 'int64')] },
  { name: 'int32', inputs: [input([1, 2, 3], 'int32'), input([3, 2, 1], 'int32')] },
];
const [no, yes] = [0, 1];
const logical: OpCase[] = [
  {
    inputs: [
      input(
        [
          [yes, no],
          [yes, no],
        ],
        'bool',
      ),
      input([yes, yes], 'bool'),
    ],
    dims: [['batch', 2]],
  },
  { inputs: [input([no], 'bool'), input([yes, no, no], 'bool')] },
];

export const cases: OpCases = {
  Equal: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  And: logical,
  Or: logical,
  Not: [{ inputs: [input([[yes, no, yes]], 'bool')], dims: [['batch', 3]] }],
};

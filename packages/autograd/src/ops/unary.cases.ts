import { distinct, input, type OpCase, type OpCases, uniform, values } from '@trainyard/testing';

const around0: OpCase = { inputs: [distinct([2, 5], 3)], dims: [['batch', 5]] };
const positive: OpCase = { inputs: [uniform([2, 5], 0.3, 3)], dims: [['batch', 5]] };

export const cases: OpCases = {
  Exp: [around0],
  Log: [positive],
  Sqrt: [positive],
  Reciprocal: [positive, { name: 'negative', inputs: [uniform([4], -3, -0.3)] }],
  Abs: [around0, { name: 'int64', inputs: [input([-3, 0, 4], 'int64')] }],
  Sign: [around0, { name: 'at 0', inputs: [values([-2, 0, 3])], order: 0 }],
  Floor: [around0],
  Ceil: [around0],
  Round: [around0, { name: 'halves', inputs: [values([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5])], order: 0 }],
  Sin: [around0],
  Cos: [around0],
  Pow: [
    { name: 'tensor', inputs: [uniform([2, 3], 0.3, 2), uniform([2, 3], -2, 3)] },
    { name: 'stretched', inputs: [uniform([2, 1], 0.3, 2), uniform([3], -2, 3)], dims: [['batch', 1]] },
    { name: 'whole exponent', inputs: [distinct([5], 2), input([3], 'int64')] },
    { name: 'whole numbers', inputs: [input([2, -3], 'int32'), input([5, 3], 'int32')] },
  ],
  Clip: [
    {
      name: 'both bounds',
      inputs: [distinct([3, 4], 3), values(-1.01), values(1.02)],
      wrt: [0],
      dims: [['batch', 4]],
    },
    { name: 'lower bound', inputs: [distinct([6], 3), values(-1.01)], wrt: [0] },
    { name: 'upper bound', inputs: [distinct([6], 3), undefined, values(1.02)], wrt: [0] },
    { name: 'no bound', inputs: [distinct([6], 3)] },
    {
      name: 'attributes of opset 6',
      inputs: [distinct([6], 3)],
      attributes: { min: -1.01, max: 0.5 },
      opset: 6,
    },
    { name: 'int64', inputs: [input([-9, 2, 9], 'int64'), input(-3, 'int64'), input(3, 'int64')] },
  ],
};

import { distinct, type OpCase, type OpCases, uniform } from '@trainyard/testing';

/** Numbers on both sides of 0, none of them a kink. */
const smooth: OpCase = { name: 'both sides of 0', inputs: [distinct([3, 5], 4)], dims: [['batch', 5]] };
const far: OpCase = { name: 'far from 0', inputs: [distinct([8], 60)], order: 1 };

export const cases: OpCases = {
  Gate: [
    {
      inputs: [uniform([3, 4]), distinct([3, 4])],
      dims: [
        ['batch', 4],
        ['batch', 4],
      ],
    },
    { name: 'broadcast', inputs: [uniform([2, 3, 4]), distinct([4])] },
  ],
  Relu: [smooth],
  LeakyRelu: [smooth, { ...smooth, name: 'steeper', attributes: { alpha: 0.3 } }],
  Elu: [smooth, { ...smooth, name: 'alpha', attributes: { alpha: 1.7 } }],
  Sigmoid: [smooth, far],
  Tanh: [smooth, far],
  Softplus: [smooth, far],
  Erf: [smooth, far],
  Gelu: [smooth, far, { ...smooth, name: 'tanh', attributes: { approximate: 'tanh' } }],
  HardSigmoid: [smooth, { ...smooth, name: 'as in PyTorch', attributes: { alpha: 1 / 6 } }, far],
  HardSwish: [smooth, far],
};

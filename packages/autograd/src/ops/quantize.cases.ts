import { tensor } from '@trainyard/autograd';
import { input, type OpCase, type OpCases, uniform, values } from '@trainyard/testing';

/** Halves, to both sides, and numbers beyond the range. */
const halves = values([
  [-2.5, -1.5, -0.5, 0.5],
  [1.5, 2.5, 1000, -1000],
]);

const dequantize: OpCase[] = [
  {
    name: 'one scale',
    inputs: [input([[0, 128, 255]], 'uint8'), tensor(0.1), tensor(128, 'uint8')],
    dims: [['batch', 3]],
  },
  {
    name: 'int8, per axis',
    inputs: [
      input(
        [
          [-128, 127],
          [3, -4],
        ],
        'int8',
      ),
      tensor([0.5, 2]),
    ],
    attributes: { axis: 0 },
  },
  { name: 'int32', inputs: [input([100000, -7], 'int32'), tensor(0.001)] },
];

export const cases: OpCases = {
  QuantizeLinear: [
    { name: 'uint8', inputs: [halves, tensor(1), tensor(3, 'uint8')], dims: [['batch', 4]] },
    { name: 'int8', inputs: [halves, tensor(1), tensor(-3, 'int8')] },
    { name: 'no zero point', inputs: [halves, tensor(0.5)] },
    {
      name: 'per axis',
      inputs: [uniform([2, 3, 4], -3, 3), tensor([0.1, 0.02, 0.3]), tensor([0, 5, -9], 'int8')],
      attributes: { axis: -2 },
    },
  ],
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: [
    { inputs: [uniform([3, 4], -1, 2)], dims: [['batch', 4]] },
    { name: 'positive', inputs: [uniform([7], 2, 5)] },
    { name: 'zeros', inputs: [values([0, 0])] },
  ],
};

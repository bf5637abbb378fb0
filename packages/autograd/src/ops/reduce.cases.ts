import { int64s } from '@trainyard/autograd';
import { distinct, type InputSpec, input, type OpCase, type OpCases, uniform } from '@trainyard/testing';

/** Every way to name the axes; from opset `since` on they are an input. */
const reductions = (numbers: (shape: number[]) => InputSpec, since: number): OpCase[] => [
  { name: 'all axes', inputs: [numbers([2, 3, 4])], attributes: { keepdims: 0 } },
  { name: 'an inner axis', inputs: [numbers([2, 3, 4]), int64s([1])], dims: [['batch', 3, 4]] },
  {
    name: 'a negative axis',
    inputs: [numbers([2, 3, 4]), int64s([-1])],
    attributes: { keepdims: 0 },
    dims: [['batch', 3, 4]],
  },
  { name: 'channels', inputs: [numbers([2, 3, 2, 2]), int64s([0, 2, 3])], attributes: { keepdims: 0 } },
  { name: 'scalar', inputs: [numbers([])] },
  {
    name: 'no axes, no reduction',
    inputs: [numbers([2, 3]), int64s([])],
    attributes: { noopWithEmptyAxes: 1 },
    withoutOrt: 'reduces nothing',
  },
  {
    name: 'axes as an attribute',
    inputs: [numbers([2, 3, 4])],
    attributes: { axes: [1, 2] },
    opset: since - 1,
  },
];

const any = (shape: number[]) => uniform(shape);
const whole: OpCase = {
  name: 'int32',
  inputs: [
    input(
      [
        [1, 2],
        [3, 5],
      ],
      'int32',
    ),
    int64s([1]),
  ],
};

export const cases: OpCases = {
  ReduceSum: [...reductions(any, 13), whole],
  ReduceMean: [...reductions(any, 18), whole],
  ReduceMax: [...reductions(distinct, 18), whole],
  ReduceMin: [...reductions(distinct, 18), whole],
  ReduceProd: [...reductions((shape) => uniform(shape, 0.5, 1.5), 18), whole],
  ReduceSumSquare: [...reductions(any, 18), whole],
  ReduceL2: reductions((shape) => uniform(shape, 0.5, 1.5), 18),
  ReduceL1: reductions(distinct, 18),
};

import {
  bytes,
  floats,
  ints,
  type OperatorCase,
  positive,
  scalar,
  signed,
  w,
  x,
} from '../../testing/operator-case.cases.ts';

export const normCases: readonly OperatorCase[] = [
  { operator: 'BatchNormalization', inputs: [x(1, 4, 3, 5), w(4), w(4), w(4), positive(4)] },
  {
    operator: 'BatchNormalization',
    inputs: [x(3, 4), w(4), w(4), w(4), positive(4)],
    attributes: { epsilon: { float: 0.01 } },
  },
  { operator: 'InstanceNormalization', inputs: [x(1, 4, 3, 5), w(4), w(4)] },
  {
    operator: 'InstanceNormalization',
    inputs: [x(2, 4, 30), w(4), w(4)],
    attributes: { epsilon: { float: 0.1 } },
  },
  { operator: 'LayerNormalization', inputs: [x(2, 3, 10), w(10), w(10)] },
  { operator: 'LayerNormalization', inputs: [x(2, 3, 10), w(3, 10)], attributes: { axis: 1 } },
  { operator: 'Softmax', inputs: [x(2, 10)] },
  { operator: 'Softmax', inputs: [x(2, 5, 6)], attributes: { axis: 1 } },
  { operator: 'LogSoftmax', inputs: [x(2, 10)] },
  { operator: 'LogSoftmax', inputs: [x(2, 5, 6)], attributes: { axis: 1 } },
  ...['Mean', 'Sum', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare'].flatMap((kind): OperatorCase[] => [
    { operator: `Reduce${kind}`, inputs: [x(2, 3, 4, 5), ints(2, 3)] },
    { operator: `Reduce${kind}`, inputs: [x(2, 3, 4, 5), ints(-3)], attributes: { keepdims: 0 } },
  ]),
  { operator: 'ReduceMean', inputs: [x(2, 3, 4, 5), ints(0, 2)] },
  { operator: 'ReduceMean', inputs: [x(2, 3, 4)] },
  { operator: 'ReduceMean', inputs: [x(2, 3, 4)], attributes: { noop_with_empty_axes: 1 } },
  { operator: 'ArgMax', inputs: [x(3, 7)], attributes: { axis: 1 } },
  { operator: 'ArgMax', inputs: [x(3, 7, 2)], attributes: { axis: -2, keepdims: 0 } },
  { operator: 'ArgMin', inputs: [x(3, 7)], attributes: { axis: 0 } },
];

export const quantizeCases: readonly OperatorCase[] = [
  { operator: 'QuantizeLinear', inputs: [x(2, 30), scalar(0.017), scalar(128, 'uint8')] },
  { operator: 'QuantizeLinear', inputs: [x(2, 30), scalar(0.01), scalar(-3, 'int8')] },
  {
    operator: 'QuantizeLinear',
    inputs: [x(2, 3, 5), floats(0.01, 0.02, 0.03), { ...w(3), dtype: 'int8', values: [0, 1, -1] }],
    attributes: { axis: 1 },
  },
  { operator: 'QuantizeLinear', inputs: [x(2, 30), scalar(0.02)] },
  { operator: 'DequantizeLinear', inputs: [bytes(2, 30), scalar(0.017), scalar(128, 'uint8')] },
  { operator: 'DequantizeLinear', inputs: [signed(2, 30), scalar(0.017)] },
  {
    operator: 'DequantizeLinear',
    inputs: [signed(2, 3, 5), floats(0.01, 0.02, 0.03), { ...w(3), dtype: 'int8', values: [0, 1, -1] }],
    attributes: { axis: 1 },
  },
];

/** Operators whose meaning changed: as opset 11 has them, and as later ones do. */
export const olderCases: readonly OperatorCase[] = [
  { operator: 'Softmax', inputs: [x(2, 3, 4)] },
  { operator: 'LogSoftmax', inputs: [x(2, 3, 4)], attributes: { axis: 2 } },
  { operator: 'ReduceMean', inputs: [x(2, 3, 4, 5)], attributes: { axes: [2, 3] } },
  { operator: 'ReduceMean', inputs: [x(2, 3, 4)], attributes: { axes: [-1], keepdims: 0 } },
  { operator: 'Squeeze', inputs: [x(1, 3, 1)], attributes: { axes: [0] } },
  { operator: 'Unsqueeze', inputs: [x(3)], attributes: { axes: [0] } },
  { operator: 'Split', inputs: [x(2, 6)], attributes: { axis: 1, split: [2, 4] }, outputs: 2 },
  { operator: 'Pad', inputs: [x(3, 4), ints(1, 2, 0, 1), scalar(2)] },
  { operator: 'Clip', inputs: [x(20), scalar(-1), scalar(1)] },
];

/** Scales of GroupNormalization are one for each channel from opset 21 on, and one for each group before. */
export const groupNormCases: readonly OperatorCase[] = [
  { operator: 'GroupNormalization', inputs: [x(1, 6, 4, 5), w(6), w(6)], attributes: { num_groups: 3 } },
  {
    operator: 'GroupNormalization',
    inputs: [x(2, 4, 7), w(4), w(4)],
    attributes: { num_groups: 2, epsilon: { float: 0.1 } },
  },
];

import { half, type OperatorCase, scalar, w, x } from '../../testing/operator-case.cases.ts';

export const convCases: readonly OperatorCase[] = [
  { operator: 'Conv', inputs: [x(1, 3, 8, 9), w(4, 3, 3, 3)] },
  { operator: 'Conv', inputs: [x(1, 3, 8, 9), w(4, 3, 3, 3), w(4)], attributes: { pads: [1, 1, 1, 1] } },
  {
    operator: 'Conv',
    inputs: [x(1, 3, 8, 9), w(4, 3, 3, 2), w(4)],
    attributes: { pads: [2, 0, 1, 3], strides: [2, 3] },
  },
  {
    operator: 'Conv',
    inputs: [x(1, 2, 11, 12), w(3, 2, 3, 3)],
    attributes: { dilations: [2, 3], pads: [2, 3, 2, 3] },
  },
  {
    operator: 'Conv',
    inputs: [x(1, 2, 11, 12), w(3, 2, 3, 3)],
    attributes: { dilations: [3, 2], strides: [2, 2], pads: [1, 4, 0, 2] },
  },
  { operator: 'Conv', inputs: [x(1, 4, 7, 7), w(6, 2, 3, 3), w(6)], attributes: { group: 2 } },
  {
    operator: 'Conv',
    inputs: [x(1, 5, 7, 8), w(5, 1, 3, 3), w(5)],
    attributes: { group: 5, pads: [1, 1, 1, 1] },
  },
  {
    operator: 'Conv',
    inputs: [x(1, 4, 9, 9), w(8, 1, 5, 5)],
    attributes: { group: 4, pads: [2, 2, 2, 2], strides: [2, 2] },
  },
  { operator: 'Conv', inputs: [x(1, 6, 5, 7), w(9, 6, 1, 1), w(9)] },
  { operator: 'Conv', inputs: [x(1, 6, 5, 7), w(9, 6, 1, 1), w(9)], attributes: { strides: [2, 2] } },
  { operator: 'Conv', inputs: [x(1, 2, 6, 6), w(3, 2, 1, 1)], attributes: { pads: [1, 1, 1, 1] } },
  {
    operator: 'Conv',
    inputs: [x(1, 3, 8, 8), w(2, 3, 3, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  { operator: 'Conv', inputs: [x(1, 3, 8, 7), w(2, 3, 4, 2)], attributes: { auto_pad: 'SAME_LOWER' } },
  {
    operator: 'Conv',
    inputs: [x(1, 3, 8, 8), w(2, 3, 3, 3)],
    attributes: { auto_pad: 'VALID', strides: [2, 1] },
  },
  { operator: 'Conv', inputs: [x(1, 3, 20), w(4, 3, 5), w(4)], attributes: { pads: [2, 1], strides: [3] } },
  { operator: 'Conv', inputs: [x(1, 3, 5, 5), w(4, 3, 5, 5), w(4)] },
  { operator: 'Conv', inputs: [x(1, 3, 2, 2), w(4, 3, 5, 5)], attributes: { pads: [2, 2, 2, 2] } },
  { operator: 'Conv', inputs: [x(1, 2, 3, 40), w(3, 2, 3, 17)], attributes: { pads: [1, 8, 1, 8] } },
  { operator: 'Conv', inputs: [x(1, 16, 6, 6), w(19, 16, 3, 3), w(19)], attributes: { pads: [1, 1, 1, 1] } },
  { operator: 'Conv', inputs: [x(1, 3, 6, 6), w(4, 3, 3, 3), w(4)], followedBy: { operator: 'Relu' } },
  {
    operator: 'Conv',
    inputs: [x(1, 3, 6, 6), w(4, 3, 3, 3)],
    followedBy: { operator: 'Clip', inputs: [scalar(0), scalar(1.5)] },
  },
  { operator: 'Conv', inputs: [x(1, 3, 6, 6), x(2, 3, 3, 3)] },
  { operator: 'ConvTranspose', inputs: [x(1, 3, 4, 5), w(3, 2, 3, 3), w(2)] },
  {
    operator: 'ConvTranspose',
    inputs: [x(1, 3, 4, 5), w(3, 2, 3, 3)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    operator: 'ConvTranspose',
    inputs: [x(1, 4, 4, 4), w(4, 3, 2, 2), w(6)],
    attributes: { strides: [2, 2], group: 2 },
  },
  {
    operator: 'ConvTranspose',
    inputs: [x(1, 2, 4, 4), w(2, 3, 3, 3)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  },
  { operator: 'ConvTranspose', inputs: [x(1, 2, 5, 5), w(2, 3, 3, 3)], attributes: { dilations: [2, 2] } },
  {
    operator: 'ConvTranspose',
    inputs: [x(1, 2, 7), w(2, 3, 4)],
    attributes: { strides: [2], pads: [1, 1] },
    followedBy: { operator: 'Relu' },
  },
  { operator: 'Conv', inputs: [x(3, 3, 6, 6), w(4, 3, 3, 3), w(4)], followedBy: { operator: 'Relu' } },
  { operator: 'ConvTranspose', inputs: [x(2, 3, 4, 5), w(3, 2, 3, 3), w(2)] },
];

/** Weights of 16 bits, against ONNX Runtime with the same weights widened. */
export const halfCases: readonly OperatorCase[] = [
  {
    operator: 'Conv',
    inputs: [x(1, 3, 8, 9), half(4, 3, 3, 3), half(4)],
    attributes: { pads: [1, 1, 1, 1] },
  },
  { operator: 'Gemm', inputs: [x(1, 12), half(12, 5), half(5)] },
  { operator: 'Gemm', inputs: [x(1, 12), half(5, 12)], attributes: { transB: 1 } },
  { operator: 'MatMul', inputs: [x(2, 12), half(12, 5)] },
  { operator: 'Add', inputs: [x(2, 12), half(12)] },
];

import { type OperatorCase, x } from '../../testing/operator-case.cases.ts';

const window = [
  { kernel_shape: [2, 2], strides: [2, 2] },
  { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 0, 1, 1], ceil_mode: 1 },
  { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] },
  { kernel_shape: [2, 4], auto_pad: 'SAME_LOWER' },
  { kernel_shape: [3, 3], pads: [0, 2, 2, 0] },
] as const;

export const poolCases: readonly OperatorCase[] = [
  ...window.map((attributes): OperatorCase => ({ operator: 'MaxPool', inputs: [x(1, 3, 8, 9)], attributes })),
  {
    operator: 'MaxPool',
    inputs: [x(1, 3, 9, 9)],
    attributes: { kernel_shape: [2, 3], dilations: [2, 3], pads: [1, 1, 1, 1] },
  },
  { operator: 'MaxPool', inputs: [x(1, 3, 11)], attributes: { kernel_shape: [3], strides: [2] } },
  ...window.map(
    (attributes): OperatorCase => ({ operator: 'AveragePool', inputs: [x(1, 3, 8, 9)], attributes }),
  ),
  ...window.map(
    (attributes): OperatorCase => ({
      operator: 'AveragePool',
      inputs: [x(1, 3, 8, 9)],
      attributes: { ...attributes, count_include_pad: 1 },
    }),
  ),
  {
    operator: 'AveragePool',
    inputs: [x(1, 2, 12)],
    attributes: { kernel_shape: [4], strides: [3], pads: [2, 1] },
  },
  {
    operator: 'AveragePool',
    inputs: [x(1, 3, 9, 9)],
    attributes: { kernel_shape: [2, 3], dilations: [2, 3], pads: [1, 1, 1, 1] },
  },
  { operator: 'GlobalAveragePool', inputs: [x(1, 5, 6, 7)] },
  { operator: 'GlobalAveragePool', inputs: [x(2, 5, 13)] },
  { operator: 'MaxPool', inputs: [x(2, 3, 8, 8)], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { operator: 'GlobalMaxPool', inputs: [x(1, 5, 6, 7)] },
];

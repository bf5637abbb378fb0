import { type OperatorCase, scalar, w, x } from '../../testing/operator-case.cases.ts';

export const productCases: readonly OperatorCase[] = [
  { operator: 'Gemm', inputs: [x(1, 12), w(12, 5)] },
  { operator: 'Gemm', inputs: [x(1, 12), w(5, 12), w(5)], attributes: { transB: 1 } },
  {
    operator: 'Gemm',
    inputs: [x(4, 6), w(6, 5), w(4, 1)],
    attributes: { alpha: { float: 0.5 }, beta: { float: -2 } },
  },
  { operator: 'Gemm', inputs: [x(6, 4), w(5, 6), w(4, 5)], attributes: { transA: 1, transB: 1 } },
  { operator: 'Gemm', inputs: [x(4, 6), x(6, 5), w(1)] },
  { operator: 'Gemm', inputs: [x(4, 6), x(6, 5), w(1, 5)], followedBy: { operator: 'Relu' } },
  {
    operator: 'Gemm',
    inputs: [x(1, 33), w(33, 17), w(17)],
    followedBy: { operator: 'Clip', inputs: [scalar(-1), scalar(1)] },
  },
  { operator: 'MatMul', inputs: [x(4, 6), w(6, 5)] },
  { operator: 'MatMul', inputs: [x(2, 3, 4, 6), x(2, 3, 6, 5)] },
  { operator: 'MatMul', inputs: [x(2, 3, 4, 6), x(3, 6, 5)] },
  { operator: 'MatMul', inputs: [x(2, 1, 4, 6), x(3, 6, 5)] },
  { operator: 'MatMul', inputs: [x(6), w(6, 5)] },
  { operator: 'MatMul', inputs: [x(4, 6), w(6)] },
  { operator: 'MatMul', inputs: [x(6), x(6)] },
];

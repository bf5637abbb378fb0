import { type OpCase, type OpCases, uniform } from '@trainyard/testing';

const product = (name: string, a: number[], b: number[], dims?: OpCase['dims']): OpCase => ({
  name,
  inputs: [uniform(a), uniform(b)],
  ...(dims && { dims }),
});

const transposed = (transA: number, transB: number): OpCase => ({
  name: `transA ${transA}, transB ${transB}`,
  inputs: [uniform(transA ? [4, 3] : [3, 4]), uniform(transB ? [5, 4] : [4, 5]), uniform([5])],
  attributes: { transA, transB, alpha: 0.5, beta: 2 },
});

export const cases: OpCases = {
  MatMul: [
    product('matrices', [3, 4], [4, 5], [['batch', 4], undefined]),
    product('one row', [1, 7], [7, 5]),
    product('one column', [6, 7], [7, 1]),
    product(
      'batches',
      [2, 3, 4],
      [2, 4, 2],
      [
        ['batch', 3, 4],
        ['batch', 4, 2],
      ],
    ),
    product('batches of one matrix', [2, 3, 4], [4, 2]),
    product('stretched batches', [2, 1, 3, 4], [3, 4, 2]),
    product('a vector on the right', [2, 3, 4], [4]),
    product('a vector on the left', [4], [2, 4, 3]),
    product('two vectors', [4], [4]),
    product('batches of rows', [5, 1, 4], [5, 4, 3]),
  ],
  Gemm: [
    transposed(0, 0),
    transposed(0, 1),
    transposed(1, 0),
    transposed(1, 1),
    { name: 'no c', inputs: [uniform([3, 4]), uniform([4, 2])], dims: [['batch', 4], undefined] },
    { name: 'c for each row', inputs: [uniform([3, 4]), uniform([4, 2]), uniform([3, 1])] },
    { name: 'c a scalar', inputs: [uniform([3, 4]), uniform([4, 2]), uniform([])] },
  ],
};

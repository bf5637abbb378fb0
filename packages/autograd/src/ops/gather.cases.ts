import { tensor } from '@trainyard/autograd';
import { input, type OpCases, uniform, values } from '@trainyard/testing';

const int64 = (value: number) => tensor(value, 'int64');

export const cases: OpCases = {
  Gather: [
    {
      name: 'rows',
      inputs: [
        uniform([4, 3]),
        input(
          [
            [0, 3],
            [3, -1],
          ],
          'int64',
        ),
      ],
    },
    {
      name: 'last axis',
      inputs: [uniform([2, 5]), input([4, 0, 4], 'int32')],
      attributes: { axis: -1 },
      dims: [['batch', 5]],
    },
    { name: 'one', inputs: [uniform([2, 3, 2]), int64(1)], attributes: { axis: 1 } },
  ],
  GatherElements: [
    {
      name: 'rows',
      inputs: [
        uniform([3, 3]),
        input(
          [
            [1, 2, 0],
            [2, 0, -3],
          ],
          'int64',
        ),
      ],
    },
    {
      name: 'last axis',
      inputs: [
        uniform([2, 3]),
        input(
          [
            [2, 2],
            [0, 1],
          ],
          'int32',
        ),
      ],
      attributes: { axis: 1 },
    },
  ],
  ScatterElements: [
    {
      name: 'put',
      inputs: [
        uniform([3, 3]),
        input(
          [
            [1, 0, 2],
            [0, 2, 1],
          ],
          'int64',
        ),
        uniform([2, 3]),
      ],
    },
    {
      name: 'add',
      inputs: [
        uniform([2, 3]),
        input(
          [
            [0, 0],
            [-1, 1],
          ],
          'int64',
        ),
        uniform([2, 2]),
      ],
      attributes: { axis: 1, reduction: 'add' },
    },
    ...['mul', 'max', 'min'].map((reduction) => ({
      name: reduction,
      inputs: [
        uniform([2, 3]),
        input(
          [
            [0, 0],
            [2, 1],
          ],
          'int64',
        ),
        uniform([2, 2]),
      ],
      attributes: { axis: 1, reduction },
      order: 0 as const,
    })),
  ],
  OneHot: [
    { inputs: [input([0, 2, -1, 5], 'int64'), int64(3), values([0, 1])], dims: [['batch']] },
    {
      name: 'axis 1',
      inputs: [
        input(
          [
            [0, 2],
            [1, 1],
          ],
          'int64',
        ),
        int64(3),
        values([-1, 2]),
      ],
      attributes: { axis: 1 },
    },
  ],
};

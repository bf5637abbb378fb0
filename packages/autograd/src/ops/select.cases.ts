import { int64s, tensor } from '@trainyard/autograd';
import { distinct, input, type OpCases, uniform, values } from '@trainyard/testing';

export const cases: OpCases = {
  Where: [
    {
      name: 'same shape',
      inputs: [
        input(
          [
            [1, 0],
            [0, 1],
          ],
          'bool',
        ),
        uniform([2, 2]),
        uniform([2, 2]),
      ],
      dims: [
        ['batch', 2],
        ['batch', 2],
        ['batch', 2],
      ],
    },
    { name: 'stretched', inputs: [input([[1], [0]], 'bool'), uniform([3]), uniform([2, 2, 1])] },
    { name: 'int64', inputs: [input([1, 0], 'bool'), input([1, 2], 'int64'), input([3, 4], 'int64')] },
  ],
  Cast: [
    {
      name: 'to float',
      inputs: [distinct([2, 3], 4)],
      attributes: { to: 11 },
      dims: [['batch', 3]],
    },
    { name: 'to int32', inputs: [distinct([2, 3], 9)], attributes: { to: 6 } },
    { name: 'to int64', inputs: [distinct([6], 9)], attributes: { to: 7 } },
    { name: 'to bool', inputs: [values([0, 0.2, -3])], attributes: { to: 9 }, order: 0 },
    { name: 'from bytes', inputs: [input([0, 127, 255], 'uint8')], attributes: { to: 1 } },
    { name: 'from int64', inputs: [input([-2, 300], 'int64')], attributes: { to: 6 } },
  ],
  CastLike: [
    { inputs: [input([1, 2], 'int32'), tensor([0])] },
    { name: 'to int64', inputs: [distinct([4], 5), int64s([0])] },
  ],
  Identity: [{ inputs: [uniform([2, 3])], dims: [['batch', 3]] }],
  Dropout: [
    { inputs: [uniform([2, 3])], dims: [['batch', 3]], attributes: { ratio: 0.4 }, opset: 11, outputs: [0] },
  ],
};

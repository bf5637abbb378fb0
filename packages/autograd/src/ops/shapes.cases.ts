import { int64s, tensor } from '@trainyard/autograd';
import { input, type OpCases, uniform } from '@trainyard/testing';

export const cases: OpCases = {
  Reshape: [
    { name: 'to a shape', inputs: [uniform([2, 3, 4]), int64s([4, 6])] },
    {
      name: 'batch kept, rest joined',
      inputs: [uniform([2, 3, 4]), int64s([0, -1])],
      dims: [['batch', 3, 4]],
    },
    { name: 'batch open', inputs: [uniform([2, 3, 4]), int64s([-1, 12])], dims: [['batch', 3, 4]] },
    { name: 'batch joined', inputs: [uniform([2, 3, 4]), int64s([-1, 4])], dims: [['batch', 3, 4]] },
    { name: 'to a scalar', inputs: [uniform([1, 1]), int64s([])] },
    { name: 'zero meant', inputs: [uniform([0, 2]), int64s([3, 0])], attributes: { allowzero: 1 }, order: 0 },
  ],
  Flatten: [
    { inputs: [uniform([2, 3, 4])], dims: [['batch', 3, 4]] },
    { name: 'axis 0', inputs: [uniform([2, 3])], attributes: { axis: 0 }, dims: [['batch', 3]] },
    { name: 'axis 2', inputs: [uniform([2, 3, 4])], attributes: { axis: 2 }, dims: [['batch', 3, 4]] },
    { name: 'negative axis', inputs: [uniform([2, 3, 4])], attributes: { axis: -1 } },
  ],
  Squeeze: [
    { name: 'axes', inputs: [uniform([2, 1, 3, 1]), int64s([1, -1])], dims: [['batch', 1, 3, 1]] },
    { name: 'all', inputs: [uniform([1, 2, 1])] },
    { name: 'attribute', inputs: [uniform([1, 2, 1])], attributes: { axes: [0] }, opset: 11 },
  ],
  Unsqueeze: [
    { inputs: [uniform([2, 3]), int64s([-1, 0])], dims: [['batch', 3]] },
    { name: 'attribute', inputs: [uniform([2, 3])], attributes: { axes: [1] }, opset: 11 },
  ],
  Expand: [
    { name: 'stretched', inputs: [uniform([2, 1, 3]), int64s([4, 1, 5, 3])] },
    { name: 'batch kept', inputs: [uniform([2, 1]), int64s([1, 3])], dims: [['batch', 1]] },
    { name: 'scalar', inputs: [uniform([]), int64s([2, 2])] },
  ],
  Transpose: [
    { name: 'reversed', inputs: [uniform([2, 3, 4])] },
    {
      name: 'NHWC to NCHW',
      inputs: [uniform([2, 3, 4, 5])],
      attributes: { perm: [0, 3, 1, 2] },
      dims: [['batch', 3, 4, 5]],
    },
    { name: 'long inner axis', inputs: [uniform([2, 3, 20])], attributes: { perm: [1, 0, 2] } },
    {
      name: 'bytes',
      inputs: [
        input(
          [
            [1, 2],
            [3, 4],
          ],
          'uint8',
        ),
      ],
    },
  ],
  Concat: [
    { name: 'first axis', inputs: [uniform([1, 3]), uniform([2, 3])], attributes: { axis: 0 } },
    {
      name: 'last of three',
      inputs: [uniform([2, 1]), uniform([2, 3]), uniform([2, 2])],
      attributes: { axis: -1 },
      dims: [
        ['batch', 1],
        ['batch', 3],
        ['batch', 2],
      ],
    },
    {
      name: 'batches',
      inputs: [uniform([2, 3]), uniform([4, 3])],
      attributes: { axis: 0 },
      dims: [
        ['a', 3],
        ['b', 3],
      ],
    },
  ],
  Split: [
    {
      name: 'sizes',
      inputs: [uniform([2, 6]), int64s([1, 2, 3])],
      attributes: { axis: 1 },
      dims: [['batch', 6]],
    },
    { name: 'numOutputs, the last smaller', inputs: [uniform([5, 2])], attributes: { numOutputs: 3 } },
    { name: 'attribute', inputs: [uniform([5, 2])], attributes: { split: [2, 3] }, opset: 11 },
  ],
  Slice: [
    { name: 'first axes', inputs: [uniform([4, 5]), int64s([1, -3]), int64s([3, 5])] },
    {
      name: 'steps',
      inputs: [uniform([4, 7]), int64s([0, 1]), int64s([2 ** 53, 6]), int64s([0, 1]), int64s([3, 2])],
    },
    {
      name: 'backwards',
      inputs: [uniform([4, 7]), int64s([-1]), int64s([-1000]), int64s([-1]), int64s([-2])],
      dims: [['batch', 7]],
    },
    {
      name: 'backwards from inside',
      inputs: [uniform([7]), int64s([4]), int64s([1]), int64s([0]), int64s([-1])],
    },
    { name: 'outside of the axis', inputs: [uniform([3]), int64s([-9]), int64s([9])] },
    { name: 'nothing', inputs: [uniform([3, 2]), int64s([2]), int64s([1])], order: 0 },
    {
      name: 'all of the batch',
      inputs: [uniform([3, 4]), int64s([0, 1]), int64s([2 ** 53, 3])],
      dims: [['batch', 4]],
    },
    {
      name: 'attributes',
      inputs: [uniform([3, 4])],
      attributes: { starts: [1], ends: [3], axes: [1] },
      opset: 9,
    },
  ],
  Pad: [
    { name: 'zeros', inputs: [uniform([2, 3]), int64s([0, 1, 2, 0])] },
    {
      name: 'value',
      inputs: [uniform([2, 3]), int64s([0, 1, 0, 2]), tensor(0.5)],
      wrt: [0],
      dims: [['batch', 3]],
    },
    { name: 'pictures', inputs: [uniform([1, 2, 3, 3]), int64s([0, 0, 1, 2, 0, 0, 3, 0])] },
    { name: 'cut', inputs: [uniform([4, 3]), int64s([-1, 1, -1, 0])] },
    { name: 'axes', inputs: [uniform([2, 3]), int64s([1, 2]), undefined, int64s([-1])] },
    { name: 'reflect', inputs: [uniform([3, 4]), int64s([0, 3, 2, 1])], attributes: { mode: 'reflect' } },
    { name: 'edge', inputs: [uniform([3, 4]), int64s([1, 0, 2, 3])], attributes: { mode: 'edge' } },
    {
      name: 'attributes',
      inputs: [uniform([2, 3])],
      attributes: { pads: [0, 1, 0, 1], value: 2 },
      opset: 10,
    },
  ],
  Tile: [
    { inputs: [uniform([2, 3]), int64s([2, 3])] },
    { name: 'batch', inputs: [uniform([2, 3]), int64s([1, 2])], dims: [['batch', 3]] },
  ],
};

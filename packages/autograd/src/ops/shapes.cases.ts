import { int64s, tensor } from '@trainyard/autograd';
import { TensorData } from '@trainyard/onnx-ir';
import { distinct, input, type OpCases, uniform, values } from '@trainyard/testing';

const float32 = (...numbers: number[]): TensorData =>
  TensorData.from('float32', [numbers.length], Float32Array.from(numbers));
const int64 = (value: number) => tensor(value, 'int64');

export const cases: OpCases = {
  Identity: [{ inputs: [uniform([2, 3])], dims: [['batch', 3]] }],
  Dropout: [
    { inputs: [uniform([2, 3])], dims: [['batch', 3]], attributes: { ratio: 0.4 }, opset: 11, outputs: [0] },
  ],
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
  Constant: [
    { name: 'tensor', inputs: [], attributes: { value: float32(1, 2) } },
    { name: 'numbers', inputs: [], attributes: { valueFloats: [1, 2] } },
    { name: 'number', inputs: [], attributes: { valueInt: 3 } },
  ],
  Shape: [
    { inputs: [uniform([2, 3])], dims: [['batch', 3]] },
    {
      name: 'a part',
      inputs: [uniform([2, 3, 4, 5])],
      attributes: { start: -3, end: 3 },
      dims: [['batch', 3, 4, 5]],
    },
  ],
  ConstantOfShape: [
    { inputs: [int64s([2, 3])] },
    { name: 'value', inputs: [int64s([2])], attributes: { value: float32(7) } },
  ],
  Range: [
    { inputs: [int64(1), int64(8), int64(3)] },
    { name: 'down', inputs: [tensor(3), tensor(-1), tensor(-0.5)] },
  ],
};

import {
  bytes,
  floats,
  ints,
  type OperatorCase,
  scalar,
  signed,
  x,
} from '../../testing/operator-case.cases.ts';

export const shapeCases: readonly OperatorCase[] = [
  { operator: 'Reshape', inputs: [x(2, 6), ints(3, -1)] },
  { operator: 'Flatten', inputs: [x(2, 3, 4)], attributes: { axis: 2 } },
  { operator: 'Squeeze', inputs: [x(1, 3, 1), ints(0)] },
  { operator: 'Unsqueeze', inputs: [x(3, 2), ints(0, 3)] },
  { operator: 'Transpose', inputs: [x(2, 3, 4)] },
  { operator: 'Transpose', inputs: [x(1, 5, 6, 3)], attributes: { perm: [0, 3, 1, 2] } },
  { operator: 'Transpose', inputs: [bytes(1, 5, 6, 3)], attributes: { perm: [0, 3, 1, 2] } },
  { operator: 'Transpose', inputs: [bytes(1, 5, 6, 1)], attributes: { perm: [0, 3, 1, 2] } },
  { operator: 'Transpose', inputs: [x(2, 3, 4, 5)], attributes: { perm: [1, 0, 2, 3] } },
  { operator: 'Transpose', inputs: [x(2, 3, 2, 3, 2)], attributes: { perm: [4, 2, 0, 3, 1] } },
  { operator: 'Concat', inputs: [x(1, 2, 3, 3), x(1, 4, 3, 3)], attributes: { axis: 1 } },
  { operator: 'Concat', inputs: [x(2, 3), x(2, 1), x(2, 2)], attributes: { axis: -1 } },
  { operator: 'Concat', inputs: [bytes(2, 3), bytes(1, 3)], attributes: { axis: 0 } },
  { operator: 'Split', inputs: [x(1, 6, 2, 2), ints(2, 4)], attributes: { axis: 1 }, outputs: 2 },
  { operator: 'Split', inputs: [x(2, 9)], attributes: { axis: 1, num_outputs: 3 }, outputs: 3 },
  { operator: 'Slice', inputs: [x(4, 6), ints(1), ints(3)] },
  { operator: 'Slice', inputs: [x(2, 4, 6), ints(1, -5), ints(9, -1), ints(1, 2)] },
  { operator: 'Slice', inputs: [x(4, 7), ints(-1, 5), ints(-9, 0), ints(0, 1), ints(-1, -2)] },
  { operator: 'Slice', inputs: [signed(4, 7), ints(0), ints(7), ints(-1), ints(3)] },
  { operator: 'Expand', inputs: [x(3, 1), ints(2, 3, 4)] },
  { operator: 'Tile', inputs: [x(2, 3), ints(2, 3)] },
  { operator: 'DepthToSpace', inputs: [x(1, 8, 2, 3)], attributes: { blocksize: 2 } },
  { operator: 'DepthToSpace', inputs: [x(1, 8, 2, 3)], attributes: { blocksize: 2, mode: 'CRD' } },
  { operator: 'SpaceToDepth', inputs: [x(1, 2, 4, 6)], attributes: { blocksize: 2 } },
  { operator: 'Pad', inputs: [x(1, 2, 3, 4), ints(0, 0, 1, 2, 0, 0, 3, 1)] },
  { operator: 'Pad', inputs: [x(3, 4), ints(1, -1, 0, 2), scalar(7)] },
  { operator: 'Pad', inputs: [x(3, 4), ints(-1, -1, -1, -2)] },
  { operator: 'Pad', inputs: [x(2, 3, 4), ints(1, 2), undefined, ints(-1)] },
  { operator: 'Pad', inputs: [signed(3, 4), ints(1, 1, 1, 1), scalar(-3, 'int8')] },
  { operator: 'Pad', inputs: [x(1, 2, 4, 5), ints(0, 0, 3, 2, 0, 0, 1, 4)], attributes: { mode: 'reflect' } },
  { operator: 'Pad', inputs: [x(1, 2, 3, 3), ints(0, 1, 3, 2, 0, 0, 1, 4)], attributes: { mode: 'edge' } },
];

const resize = (
  attributes: OperatorCase['attributes'],
  scales: number[],
  ...shape: number[]
): OperatorCase => ({
  operator: 'Resize',
  inputs: [x(...shape), undefined, floats(...scales)],
  ...(attributes ? { attributes } : {}),
});

export const resizeCases: readonly OperatorCase[] = [
  resize({ mode: 'nearest' }, [1, 1, 2, 2], 1, 2, 3, 4),
  resize(
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    [1, 1, 2, 3],
    1,
    2,
    3,
    4,
  ),
  resize({ mode: 'nearest', nearest_mode: 'ceil' }, [1, 1, 0.6, 1.7], 1, 2, 5, 6),
  resize({ mode: 'nearest', nearest_mode: 'round_prefer_ceil' }, [1, 1, 0.5, 0.5], 1, 2, 6, 6),
  resize({ mode: 'linear' }, [1, 1, 2, 2], 1, 2, 3, 4),
  resize({ mode: 'linear' }, [1, 1, 0.7, 1.5], 1, 2, 7, 5),
  resize({ mode: 'linear', coordinate_transformation_mode: 'align_corners' }, [1, 1, 2, 2], 1, 2, 3, 4),
  resize({ mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }, [1, 1, 3, 2], 1, 2, 3, 4),
  resize({ mode: 'linear', coordinate_transformation_mode: 'asymmetric' }, [1, 1, 1, 2], 1, 2, 3, 4),
  {
    operator: 'Resize',
    inputs: [x(1, 2, 4, 4), undefined, undefined, ints(1, 2, 8, 6)],
    attributes: { mode: 'nearest' },
  },
];

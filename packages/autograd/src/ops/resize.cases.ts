import { tensor } from '@trainyard/autograd';
import { type OpCase, type OpCases, uniform } from '@trainyard/testing';

const roi = tensor([]);
const coordinateModes = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'];
const nearestModes = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

const toSizes = (name: string, sizes: number[], attributes: Record<string, string>): OpCase => ({
  name,
  inputs: [uniform([1, 2, 4, 5]), roi, undefined, tensor(sizes, 'int64')],
  attributes,
});

const shapes: [string, number[]][] = [
  ['larger', [1, 2, 7, 12]],
  ['smaller', [1, 2, 3, 2]],
  ['one row', [1, 2, 1, 10]],
];

export const cases: OpCases = {
  Resize: [
    ...coordinateModes.flatMap((coordinateTransformationMode) =>
      shapes.flatMap(([name, sizes]) => [
        toSizes(`linear, ${coordinateTransformationMode}, ${name}`, sizes, {
          mode: 'linear',
          coordinateTransformationMode,
        }),
        ...nearestModes.map((nearestMode) =>
          toSizes(`nearest, ${coordinateTransformationMode}, ${nearestMode}, ${name}`, sizes, {
            coordinateTransformationMode,
            nearestMode,
          }),
        ),
      ]),
    ),
    {
      name: 'scales',
      inputs: [uniform([2, 2, 3, 4]), roi, tensor([1, 1, 2, 1.5])],
      attributes: { mode: 'linear' },
      dims: [['batch', 2, 3, 4]],
    },
    {
      name: 'scales of chosen axes',
      inputs: [uniform([1, 2, 3, 4]), roi, tensor([2, 2])],
      attributes: { axes: [2, 3], coordinateTransformationMode: 'asymmetric', nearestMode: 'floor' },
    },
    {
      name: 'opset 10',
      inputs: [uniform([1, 2, 3, 4]), tensor([1, 1, 2, 2])],
      attributes: { coordinateTransformationMode: 'asymmetric', nearestMode: 'floor' },
      withoutOrt: 'has no such attributes there',
    },
    {
      name: 'one axis',
      inputs: [uniform([2, 2, 5]), roi, tensor([1, 1, 2])],
      attributes: { mode: 'linear' },
    },
  ],
};

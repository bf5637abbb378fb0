import { int64s, tensor } from '@trainyard/autograd';
import { TensorData } from '@trainyard/onnx-ir';
import { type OpCases, uniform } from '@trainyard/testing';

const float32 = (...numbers: number[]): TensorData =>
  TensorData.from('float32', [numbers.length], Float32Array.from(numbers));
const int64 = (value: number) => tensor(value, 'int64');

export const cases: OpCases = {
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

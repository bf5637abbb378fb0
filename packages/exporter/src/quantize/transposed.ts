import { TensorData } from '@trainyard/onnx-ir';

/** A float32 matrix with rows and columns exchanged. */
export function transposed(data: TensorData): TensorData {
  const [rows, columns] = data.dims as [number, number];
  const from = data.view('float32');
  const to = new Float32Array(from.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column]!;
  return TensorData.from('float32', [columns, rows], to);
}

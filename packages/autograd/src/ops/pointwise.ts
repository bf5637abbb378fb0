import type { Tensor } from '../tensor.ts';
import { sizeOf } from '../types.ts';
import { matMul } from './matmul.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** [N, C, …] as [C, N, …], or back. */
const exchanged = (x: Tensor): Tensor => transpose(x, [1, 0, ...x.shape.map((_, i) => i).slice(2)]);

/** [N, C, …] as a matrix [C, N · …] over all pictures. */
const overPictures = (x: Tensor): Tensor => reshape(exchanged(x), [x.shape[1] as number, -1]);

/**
 * The 1×1 convolution of x [N, C, …] with w [M, C, 1, …] as one product over all pictures; transposed, with w
 * [C, M, 1, …], which is the gradient of its input.
 */
export function pointwiseConv(x: Tensor, w: Tensor, isTransposed = false): Tensor {
  const matrix = reshape(w, w.shape.slice(0, 2) as number[]);
  const y = matMul(isTransposed ? transpose(matrix, [1, 0]) : matrix, overPictures(x));
  const outputs = w.shape[isTransposed ? 1 : 0] as number;
  return exchanged(reshape(y, [outputs, -1, ...(x.shape.slice(2) as number[])]));
}

/**
 * The gradient of its weight, [M, C, 1, …]: a product for every picture and their sum, where those are smaller than
 * what they are made of; else one product over all pictures, for which x and dy are transposed.
 */
export function pointwiseWeightGrad(x: Tensor, dy: Tensor): Tensor {
  const [inputs, outputs] = [x.shape[1] as number, dy.shape[1] as number];
  const spatial = x.shape.slice(2) as number[];
  const positions = sizeOf(spatial);
  const shape = [outputs, inputs, ...spatial.map(() => 1)];
  if (inputs * outputs > positions * (inputs + outputs))
    return reshape(matMul(overPictures(dy), transpose(overPictures(x), [1, 0])), shape);
  const [rows, columns] = [reshape(dy, [-1, outputs, positions]), reshape(x, [-1, inputs, positions])];
  return reshape(sum(matMul(rows, transpose(columns, [0, 2, 1])), { axes: 0 }), shape);
}

import { InputError } from '../errors.ts';
import { type Tensor, tensorOf } from '../tensor.ts';
import { arrayType, type FloatType } from '../types.ts';
import { averagePool } from './average-pool.ts';
import { concat } from './concat.ts';
import { globalAveragePool, globalMaxPool } from './global-pool.ts';
import { matMul } from './matmul.ts';
import { maxPool } from './max-pool.ts';
import { slice } from './slice.ts';
import { requirePicture } from './window.ts';

type Sizes = readonly [height: number, width: number];

/** Where part o of n begins and ends, as PyTorch cuts: elements ⌊o·size/n⌋ to ⌈(o+1)·size/n⌉, overlapping. */
const partsOf = (size: number, count: number) =>
  Array.from({ length: count }, (_, o) => ({
    start: Math.floor((o * size) / count),
    end: Math.ceil(((o + 1) * size) / count),
  }));

/** Rows that average `size` elements into `count` parts. */
const averagingMatrix = (size: number, count: number): number[][] =>
  partsOf(size, count).map(({ start, end }) =>
    Array.from({ length: size }, (_, i) => (i >= start && i < end ? 1 / (end - start) : 0)),
  );

/** The picture's height and width. @throws InputError when they are not known */
function knownSizes(where: string, x: Tensor): Sizes {
  const [height, width] = x.shape.slice(2);
  if (x.rank !== 4 || typeof height === 'string' || typeof width === 'string')
    throw new InputError(where, 'input [N, C, H, W] of known sizes', `[${x.shape.join(', ')}]`);
  return [height, width];
}

/** The window of an ordinary pooling that cuts the same parts, where the sizes divide. */
function evenWindow([height, width]: Sizes, [rows, columns]: Sizes): Sizes | undefined {
  return height % rows === 0 && width % columns === 0 ? [height / rows, width / columns] : undefined;
}

/**
 * Averages x [N, C, H, W] down to [N, C, ...sizes], whatever H and W are, by PyTorch's rule:
 * part o of n covers elements ⌊oH/n⌋ to ⌈(o+1)H/n⌉.
 * @throws InputError when the sizes of x are not known
 */
export function adaptiveAveragePool(x: Tensor, sizes: Sizes): Tensor {
  requirePicture('adaptiveAveragePool', x);
  if (sizes[0] === 1 && sizes[1] === 1) return globalAveragePool(x);
  const [height, width] = knownSizes('adaptiveAveragePool', x);
  const even = evenWindow([height, width], sizes);
  if (even) return averagePool(x, { kernelShape: even, strides: even });
  const dtype = x.dtype as FloatType;
  const vertical = averagingMatrix(height, sizes[0]);
  const horizontal = averagingMatrix(width, sizes[1]);
  const matrix = (shape: number[], values: number[]) =>
    tensorOf(dtype, shape, new (arrayType(dtype))(values) as Float32Array);
  const across = matrix(
    [width, sizes[1]],
    Array.from({ length: width }, (_, i) => horizontal.map((row) => row[i])).flat(),
  );
  return matMul(matrix([sizes[0], height], vertical.flat()), matMul(x, across));
}

/**
 * Takes the maxima of x [N, C, H, W] down to [N, C, ...sizes], whatever H and W are, over the parts that
 * `adaptiveAveragePool` averages; the gradient goes to the first maximum of each.
 * @throws InputError when the sizes of x are not known
 */
export function adaptiveMaxPool(x: Tensor, sizes: Sizes): Tensor {
  requirePicture('adaptiveMaxPool', x);
  if (sizes[0] === 1 && sizes[1] === 1) return globalMaxPool(x);
  const [height, width] = knownSizes('adaptiveMaxPool', x);
  const even = evenWindow([height, width], sizes);
  if (even) return maxPool(x, { kernelShape: even, strides: even });
  // Along rows first, then along columns: the first maximum of a part, row by row, is the one that is found.
  const maximaAlong = (axis: 2 | 3, y: Tensor): Tensor => {
    const parts = partsOf(axis === 2 ? height : width, sizes[axis - 2]).map(({ start, end }) =>
      maxPool(slice(y, [start], [end], [axis]), {
        kernelShape: axis === 2 ? [end - start, 1] : [1, end - start],
      }),
    );
    return concat(parts, axis);
  };
  return maximaAlong(2, maximaAlong(3, x));
}

import { type AttributesOf, attr } from '../attributes.ts';
import { averageWindows } from '../kernels/pool.ts';
import { defineOp, type Op } from '../op.ts';
import { full, type Tensor, tensorOf } from '../tensor.ts';
import { arrayType, type FloatType, type TensorType } from '../types.ts';
import { mul } from './arithmetic.ts';
import { convTranspose } from './conv-transpose.ts';
import { inferPool, type PoolOptions, poolAxes, poolRules, withoutCeil } from './pool.ts';
import { type Axis, geometryOf, spreading } from './window.ts';

const rules = { ...poolRules, countIncludePad: attr.int(0) };
type Attributes = AttributesOf<typeof rules>;

/** For every position along an axis, how many elements of its window count: those inside, or the padding too. */
export function windowCounts(axis: Axis, size: number, count: number, includePad: boolean): number[] {
  const low = includePad ? -axis.begin : 0;
  const high = includePad ? size + axis.end : size;
  return Array.from({ length: count }, (_, o) => {
    const start = o * axis.stride - axis.begin;
    let inside = 0;
    for (let k = 0; k < axis.kernel; k++) {
      const at = start + k * axis.dilation;
      if (at >= low && at < high) inside++;
    }
    return inside;
  });
}

function axisCounts(x: TensorType, y: TensorType, attributes: Attributes): number[][] {
  return poolAxes('averagePool', x, attributes).map((axis, i) =>
    windowCounts(axis, x.shape[i + 2] as number, y.shape[i + 2] as number, attributes.countIncludePad === 1),
  );
}

/** 1 / (elements that count) of every window, [1, 1, ...positions]. */
function shares(x: TensorType, y: TensorType, attributes: Attributes): Tensor {
  const counts = axisCounts(x, y, attributes);
  const values = counts.length === 1 ? counts[0] : counts[0].flatMap((a) => counts[1].map((b) => a * b));
  const data = new (arrayType(x.dtype as FloatType))(values.map((v) => 1 / v));
  return tensorOf(x.dtype as FloatType, [1, 1, ...counts.map((c) => c.length)], data as Float32Array);
}

/** Averaging is linear: dx spreads dy / count over the window, a transposed depthwise convolution with ones. */
function spread(x: Tensor, dy: Tensor, attributes: Attributes): Tensor {
  const axes = poolAxes('averagePool', x, attributes);
  const channels = x.shape[1] as number;
  const weight = full([channels, 1, ...attributes.kernelShape], 1, x.dtype);
  const shared = mul(dy, shares(x, dy, attributes));
  return convTranspose(shared, weight, undefined, { ...spreading(x, dy, axes), group: channels });
}

/** y is the mean over a window: dx spreads dy / count over it */
export const AveragePool: Op<typeof rules> = defineOp<typeof rules>({
  type: 'AveragePool',
  attributes: rules,
  infer: inferPool('averagePool'),
  kernel: ([x], attributes, [y]) =>
    averageWindows(
      x,
      y,
      geometryOf(x.sizes, y.sizes, poolAxes('averagePool', x, attributes)),
      axisCounts(x, y, attributes),
    ),
  vjp: ({ inputs: [x], attributes, cotangents: [dy] }) => [() => spread(x, dy, attributes)],
  lower: ([x], attributes) => {
    const floored = withoutCeil('averagePool', x, attributes, attributes.countIncludePad === 1);
    return floored && [AveragePool.call([x], floored)[0]];
  },
});

export interface AveragePoolOptions extends PoolOptions {
  /** Whether the padding counts as zeros in the mean; no unless given, as ONNX has it. */
  readonly countIncludePad?: boolean;
}

/**
 * The mean of every window of x [N, C, H, W] (or [N, C, W]).
 * @throws InputError when the window is larger than the padded input
 */
export const averagePool = (x: Tensor, options: AveragePoolOptions): Tensor =>
  AveragePool.call([x], {
    ...options,
    ceilMode: options.ceilMode ? 1 : 0,
    countIncludePad: options.countIncludePad ? 1 : 0,
  })[0];

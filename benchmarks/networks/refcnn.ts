import {
  conv,
  crossEntropy,
  flatten,
  Generator,
  gemm,
  maxPool,
  relu,
  type Tensor,
  tensorOf,
} from '@trainyard/autograd';

/** The reference network's parameters: two convolutions 3×3 (32, 64), dense 128, dense 10. */
export const refcnnShapes = {
  conv1Weight: [32, 1, 3, 3],
  conv1Bias: [32],
  conv2Weight: [64, 32, 3, 3],
  conv2Bias: [64],
  dense1Weight: [128, 1600],
  dense1Bias: [128],
  dense2Weight: [10, 128],
  dense2Bias: [10],
} as const;

export type RefcnnParams = { readonly [N in keyof typeof refcnnShapes]: Tensor };

/** Floating-point operations of one forward pass for one picture, 2 for a multiply-add. */
export const refcnnFlops = 2 * (26 * 26 * 32 * 9 + 11 * 11 * 64 * 32 * 9 + 1600 * 128 + 128 * 10);

export interface RefcnnTask {
  readonly params: RefcnnParams;
  /** [N, 1, 28, 28] */
  readonly images: Tensor;
  /** [N], int32 */
  readonly labels: Tensor;
  readonly learningRate: number;
  readonly momentum: number;
}

/** Weights and a batch from a seed: uniform by the number of inputs, pictures of noise with a black background. */
export function refcnnTask(batch: number, seed = 1): RefcnnTask {
  const generator = new Generator(seed);
  const params = Object.entries<readonly number[]>(refcnnShapes).map(([name, shape]) => {
    const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
    const bound = shape.length > 1 ? 1 / Math.sqrt(inputs) : 0.05;
    return [name, generator.fork(name).uniform(shape, -bound, bound)];
  });
  const noise = generator.uniform([batch, 1, 28, 28], -1, 1).data as Float32Array;
  return {
    params: Object.fromEntries(params) as RefcnnParams,
    images: tensorOf(
      'float32',
      [batch, 1, 28, 28],
      Float32Array.from(noise, (v) => Math.max(0, v)),
    ),
    labels: tensorOf('int32', [batch], generator.integers(batch, 0, 10)),
    learningRate: 0.01,
    momentum: 0.9,
  };
}

/** The mean cross-entropy of the network's answers. */
export function refcnnLoss(params: RefcnnParams, images: Tensor, labels: Tensor): Tensor {
  const pooling = { kernelShape: [2, 2], strides: [2, 2] };
  const first = maxPool(relu(conv(images, params.conv1Weight, params.conv1Bias)), pooling);
  const second = maxPool(relu(conv(first, params.conv2Weight, params.conv2Bias)), pooling);
  const hidden = relu(gemm(flatten(second), params.dense1Weight, params.dense1Bias, { transB: true }));
  return crossEntropy(gemm(hidden, params.dense2Weight, params.dense2Bias, { transB: true }), labels);
}

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  averagePool,
  batchNorm,
  batchNormTraining,
  conv,
  convTranspose,
  Generator,
  globalAveragePool,
  globalMaxPool,
  groupNorm,
  layerNorm,
  maxPool,
  mul,
  resize,
  sum,
  type Tensor,
  tensorOf,
  transpose,
  valueAndGrad,
} from '../index.ts';

beforeAll(() => tf.setBackend('cpu'));

const generator = new Generator(5);
const draw = (...shape: number[]): Tensor => generator.uniform(shape, -1, 1);

const toTf = (x: Tensor): tf.Tensor => tf.tensor(x.data as Float32Array, [...x.sizes]);
const fromTf = (x: tf.Tensor): Tensor => tensorOf('float32', x.shape, x.dataSync() as Float32Array);

/** TensorFlow has channels last, and the elements of a window first. */
const channelsLast = (x: tf.Tensor): tf.Tensor4D => x.transpose([0, 2, 3, 1]);
const channelsFirst = (x: tf.Tensor): tf.Tensor => x.transpose([0, 3, 1, 2]);
const windowFirst = (w: tf.Tensor): tf.Tensor4D => w.transpose([2, 3, 1, 0]);

const padded = (x: tf.Tensor4D, [top, left, bottom, right]: readonly number[], value = 0): tf.Tensor4D =>
  tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );

function requireClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const a = actual.toArray();
  expected.toArray().forEach((v, i) => {
    expect(a[i]).toBeCloseTo(v, 4);
  });
}

// What TensorFlow.js has no gradient for, or a wrong one; finite differences judge ours in ops.test.ts.
const valuesOnly = { gradients: false };

/** Values, and the gradients of their projection on random numbers, of ours and theirs on the same inputs. */
function compare(
  ours: (...inputs: Tensor[]) => Tensor,
  theirs: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly Tensor[],
  { gradients: compareGradients = true } = {},
): void {
  const tensors = inputs.map(toTf);
  requireClose(ours(...inputs), fromTf(theirs(...tensors)));
  if (!compareGradients) return;
  const weights = draw(...ours(...inputs).sizes);
  const params = Object.fromEntries(inputs.map((x, i) => [`x${i}`, x]));
  const [, gradients] = valueAndGrad((p: typeof params) => sum(mul(ours(...Object.values(p)), weights)))(
    params,
  );
  const found = tf.grads((...xs: tf.Tensor[]) =>
    theirs(...xs)
      .mul(toTf(weights))
      .sum(),
  )(tensors);
  found.forEach((gradient, i) => {
    requireClose(gradients[`x${i}`], fromTf(gradient));
  });
}

describe('conv', () => {
  const settings = [
    { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] },
    { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1] },
    { strides: [2, 1], pads: [0, 2, 1, 0], dilations: [1, 1] },
    { strides: [1, 1], pads: [1, 0, 2, 1], dilations: [2, 3] },
  ];
  const theirs = (x: tf.Tensor, w: tf.Tensor, { strides, pads, dilations }: (typeof settings)[number]) =>
    tf.conv2d(
      padded(channelsLast(x), pads),
      windowFirst(w),
      strides as [number, number],
      'valid',
      'NHWC',
      dilations as [number, number],
    );

  test.each(settings)('%j', (options) => {
    compare(
      (x, w, b) => conv(x, w, b, options),
      (x, w, b) => channelsFirst(theirs(x, w, options).add(b)),
      [draw(2, 3, 8, 9), draw(4, 3, 3, 2), draw(4)],
      options.dilations[0] === 1 ? {} : valuesOnly,
    );
  });

  test('groups', () => {
    const options = { ...settings[1], group: 2 };
    const half = (x: tf.Tensor, axis: number, i: number) => tf.split(x, 2, axis)[i];
    compare(
      (x, w) => conv(x, w, undefined, options),
      (x, w) =>
        tf.concat(
          [0, 1].map((i) => channelsFirst(theirs(half(x, 1, i), half(w, 0, i), options))),
          1,
        ),
      [draw(2, 4, 6, 7), draw(6, 2, 3, 3)],
    );
  });

  test.each(settings.slice(0, 2))('depthwise, %j', ({ strides, pads }) => {
    compare(
      (x, w) => conv(x, w, undefined, { strides, pads, group: 3 }),
      (x, w) =>
        channelsFirst(
          tf.depthwiseConv2d(
            padded(channelsLast(x), pads),
            w.transpose([2, 3, 0, 1]),
            strides as [number, number],
            'valid',
          ),
        ),
      [draw(2, 3, 7, 6), draw(3, 1, 3, 3)],
    );
  });

  test('transposed, with stride and output padding', () => {
    compare(
      (x, w) => convTranspose(x, w, undefined, { strides: [2, 3], outputPadding: [1, 2] }),
      (x, w) =>
        channelsFirst(
          tf.conv2dTranspose(channelsLast(x), w.transpose([2, 3, 1, 0]), [2, 10, 12, 3], [2, 3], 'valid'),
        ),
      [draw(2, 4, 4, 3), draw(4, 3, 3, 4)],
    );
  });
});

describe('pooling', () => {
  test.each([
    { kernelShape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
    { kernelShape: [3, 2], strides: [1, 2], pads: [1, 0, 0, 1] },
  ])('maximum, %j', (options) => {
    compare(
      (x) => maxPool(x, options),
      (x) =>
        channelsFirst(
          tf.maxPool(
            padded(channelsLast(x), options.pads, -1e30),
            options.kernelShape as [number, number],
            options.strides as [number, number],
            'valid',
          ),
        ),
      [draw(2, 3, 7, 8)],
    );
  });

  test('average', () => {
    compare(
      (x) => averagePool(x, { kernelShape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
      (x) => channelsFirst(tf.avgPool(channelsLast(x), 3, 2, 'same')),
      [draw(2, 3, 7, 9)],
      // Its gradient divides by the whole window at the edges too.
      valuesOnly,
    );
  });

  test('of the whole picture', () => {
    compare(globalAveragePool, (x) => tf.mean(x, [2, 3], true), [draw(2, 3, 4, 5)]);
    compare(globalMaxPool, (x) => tf.max(x, [2, 3], true), [draw(2, 3, 4, 5)]);
  });

  test('average, padding counts', () => {
    const pads = [1, 2, 1, 0];
    compare(
      (x) => averagePool(x, { kernelShape: [3, 3], strides: [2, 2], pads, countIncludePad: true }),
      (x) => channelsFirst(tf.avgPool(padded(channelsLast(x), pads), 3, 2, 'valid')),
      [draw(2, 3, 7, 9)],
    );
  });
});

describe('norms', () => {
  test('batch norm by given moments', () => {
    compare(
      (x, scale, bias) =>
        batchNorm(
          x,
          scale,
          bias,
          tensorOf('float32', [3], Float32Array.of(0.1, -0.2, 0.3)),
          tensorOf('float32', [3], Float32Array.of(0.5, 1, 2)),
        ),
      (x, scale, bias) =>
        channelsFirst(
          tf.batchNorm(
            channelsLast(x),
            tf.tensor1d([0.1, -0.2, 0.3]),
            tf.tensor1d([0.5, 1, 2]),
            bias as tf.Tensor1D,
            scale as tf.Tensor1D,
            1e-5,
          ),
        ),
      [draw(2, 3, 4, 5), draw(3), draw(3)],
    );
  });

  test('batch norm by the moments of the batch', () => {
    compare(
      (x, scale, bias) => batchNormTraining(x, scale, bias, { epsilon: 1e-3 }).y,
      (x, scale, bias) => {
        const last = channelsLast(x);
        const { mean, variance } = tf.moments(last, [0, 1, 2]);
        return channelsFirst(last.sub(mean).div(variance.add(1e-3).sqrt()).mul(scale).add(bias));
      },
      [draw(2, 3, 4, 5), draw(3), draw(3)],
    );
  });

  test('layer norm', () => {
    compare(
      (x, scale, bias) => layerNorm(x, scale, bias),
      (x, scale, bias) => {
        const { mean, variance } = tf.moments(x, 2, true);
        return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(scale).add(bias);
      },
      [draw(2, 3, 8), draw(8), draw(8)],
    );
  });

  test('group norm', () => {
    compare(
      (x, scale, bias) => groupNorm(x, 3, scale, bias),
      (x, scale, bias) => {
        const grouped = x.reshape([2, 3, 2 * 4 * 5]);
        const { mean, variance } = tf.moments(grouped, 2, true);
        const y = grouped.sub(mean).div(variance.add(1e-5).sqrt()).reshape([2, 6, 4, 5]);
        return y.mul(scale.reshape([6, 1, 1])).add(bias.reshape([6, 1, 1]));
      },
      [draw(2, 6, 4, 5), draw(6), draw(6)],
    );
  });
});

test.each([
  ['half_pixel', false],
  ['align_corners', true],
] as const)('linear resize, %s', (coordinates, alignCorners) => {
  compare(
    (x) => resize(x, { sizes: [2, 3, 7, 4], mode: 'linear', coordinates }),
    (x) => channelsFirst(tf.image.resizeBilinear(channelsLast(x), [7, 4], alignCorners, !alignCorners)),
    [draw(2, 3, 4, 6)],
    valuesOnly,
  );
});

test('the layouts used here are inverse to each other', () => {
  const x = draw(2, 3, 4, 5);
  requireClose(fromTf(channelsFirst(channelsLast(toTf(x)))), x);
  requireClose(fromTf(channelsLast(toTf(x))), transpose(x, [0, 2, 3, 1]));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conv, convTranspose, convWeightGrad, Generator, type Tensor, tensorOf } from '../index.ts';

interface Config {
  readonly batch: number;
  readonly group: number;
  readonly inGroup: number;
  readonly outGroup: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const padding = fc.integer({ min: 0, max: 3 });
const pads = fc.tuple(padding, padding, padding, padding);

const configs: fc.Arbitrary<Config> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    group: fc.integer({ min: 1, max: 3 }),
    inGroup: fc.integer({ min: 1, max: 9 }),
    outGroup: fc.integer({ min: 1, max: 17 }),
    size: pair(1, 14),
    kernel: pair(1, 4),
    strides: pair(1, 3),
    dilations: pair(1, 3),
    pads,
  })
  .filter(({ size, kernel, dilations, pads: around }) =>
    [0, 1].every((i) => size[i] + around[i] + around[i + 2] >= (kernel[i] - 1) * dilations[i] + 1),
  );

const outSize = ({ size, kernel, strides, dilations, pads: around }: Config, i: 0 | 1): number =>
  Math.floor((size[i] + around[i] + around[i + 2] - (kernel[i] - 1) * dilations[i] - 1) / strides[i]) + 1;

/** Every product of a convolution, in seven loops: places in x, w and y. */
function forEachProduct(config: Config, visit: (x: number, w: number, y: number) => void): void {
  const { batch, group, inGroup, outGroup, size, kernel, strides, dilations, pads: around } = config;
  const [rows, columns] = [outSize(config, 0), outSize(config, 1)];
  for (let n = 0; n < batch; n++)
    for (let m = 0; m < group * outGroup; m++)
      for (let oy = 0; oy < rows; oy++)
        for (let ox = 0; ox < columns; ox++)
          for (let c = 0; c < inGroup; c++)
            for (let i = 0; i < kernel[0]; i++)
              for (let j = 0; j < kernel[1]; j++) {
                const y = oy * strides[0] - around[0] + i * dilations[0];
                const x = ox * strides[1] - around[1] + j * dilations[1];
                if (y < 0 || y >= size[0] || x < 0 || x >= size[1]) continue;
                const channel = Math.floor(m / outGroup) * inGroup + c;
                visit(
                  ((n * group * inGroup + channel) * size[0] + y) * size[1] + x,
                  ((m * inGroup + c) * kernel[0] + i) * kernel[1] + j,
                  ((n * group * outGroup + m) * rows + oy) * columns + ox,
                );
              }
}

/** x, w and dy of a configuration, the options, and the three results by seven loops. */
function reference(config: Config, dtype: 'float32' | 'float64') {
  const { batch, group, inGroup, outGroup, size, kernel } = config;
  const generator = new Generator(3);
  const draw = (...shape: number[]) => generator.uniform(shape, -1, 1, dtype);
  const x = draw(batch, group * inGroup, ...size);
  const w = draw(group * outGroup, inGroup, ...kernel);
  const dy = draw(batch, group * outGroup, outSize(config, 0), outSize(config, 1));
  const like = ({ size: count }: Tensor) => new Float64Array(count);
  const [y, dx, dw] = [like(dy), like(x), like(w)];
  const [xs, ws, dys] = [x, w, dy].map((t) => t.data as Float64Array);
  forEachProduct(config, (i, k, o) => {
    y[o] += xs[i] * ws[k];
    dx[i] += dys[o] * ws[k];
    dw[k] += dys[o] * xs[i];
  });
  const as = (shape: Tensor, data: Float64Array) => tensorOf('float64', shape.sizes, data);
  return { x, w, dy, y: as(dy, y), dx: as(x, dx), dw: as(w, dw) };
}

const optionsOf = ({ strides, dilations, pads: around, group }: Config) => ({
  strides,
  dilations,
  pads: around,
  group,
});

function requireEqual(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.data as Float64Array;
  const scale = wanted.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const worst = (actual.data as Float64Array).reduce(
    (most, v, i) => Math.max(most, Math.abs(v - wanted[i])),
    0,
  );
  expect(worst / scale).toBeLessThan(tolerance);
}

test.each([
  ['float32', 1e-5],
  ['float64', 1e-13],
] as const)(
  'blocked convolution equals seven loops, forward and both gradients, in %s',
  (dtype, tolerance) => {
    fc.assert(
      fc.property(configs, (config) => {
        const { x, w, dy, y, dx, dw } = reference(config, dtype);
        const options = optionsOf(config);
        const outputPadding = [0, 1].map(
          (i) =>
            config.size[i] +
            config.pads[i] +
            config.pads[i + 2] -
            (config.kernel[i] - 1) * config.dilations[i] -
            1 -
            (dy.sizes[i + 2] - 1) * config.strides[i],
        );
        requireEqual(conv(x, w, undefined, options), y, tolerance);
        requireEqual(convTranspose(dy, w, undefined, { ...options, outputPadding }), dx, tolerance);
        requireEqual(convWeightGrad(x, dy, config.kernel, options), dw, tolerance);
      }),
      { numRuns: 150, seed: 7 },
    );
  },
);

test.each([
  // More rows, columns or depth than one block holds, and several pictures in one product.
  { batch: 5, group: 1, inGroup: 50, outGroup: 70, size: [7, 7], kernel: [3, 3], pads: [1, 1, 1, 1] },
  { batch: 2, group: 1, inGroup: 3, outGroup: 300, size: [20, 19], kernel: [3, 3], pads: [0, 0, 0, 0] },
  { batch: 1, group: 1, inGroup: 400, outGroup: 12, size: [12, 12], kernel: [1, 1], pads: [0, 0, 0, 0] },
] as const)('convolutions larger than the blocks, %#', (shape) => {
  const config: Config = { strides: [1, 1], dilations: [1, 1], ...shape };
  const { x, w, dy, y, dx, dw } = reference(config, 'float32');
  const options = optionsOf(config);
  requireEqual(conv(x, w, undefined, options), y, 1e-5);
  requireEqual(convTranspose(dy, w, undefined, options), dx, 1e-5);
  requireEqual(convWeightGrad(x, dy, config.kernel, options), dw, 1e-5);
});

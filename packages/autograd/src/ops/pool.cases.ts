import { cast, MaxPool, mul, zeros } from '@trainyard/autograd';
import { distinct, type InputSpec, type OpCase, type OpCases, uniform } from '@trainyard/testing';

type Attributes = NonNullable<OpCase['attributes']>;
const square = { kernelShape: [2, 2], strides: [2, 2] };

const windows: readonly [string, number[], Attributes][] = [
  ['2×2', [2, 2, 4, 6], square],
  ['2×2, a row and a column left over', [1, 2, 5, 7], square],
  ['overlapping, padded', [1, 2, 6, 7], { kernelShape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['asymmetric', [1, 2, 6, 7], { kernelShape: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1] }],
  ['ceil mode', [1, 2, 6, 7], { kernelShape: [3, 3], strides: [2, 2], ceilMode: 1 }],
  [
    'ceil mode whose last window would start in the padding',
    [1, 1, 5, 5],
    { kernelShape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceilMode: 1 },
  ],
  ['steps wider than the window', [1, 2, 7, 8], { kernelShape: [2, 2], strides: [3, 3] }],
  ['one axis', [2, 2, 8], { kernelShape: [3], strides: [2], pads: [1, 1] }],
  ['one window over a whole axis', [2, 1, 4, 6], { kernelShape: [4, 1], strides: [4, 1] }],
  ['SAME_UPPER', [1, 1, 5, 5], { ...square, autoPad: 'SAME_UPPER' }],
];

const of = (inputs: (shape: number[]) => OpCase['inputs'], more: Attributes = {}): OpCase[] =>
  windows.map(([name, shape, attributes]) => ({
    name,
    inputs: inputs(shape),
    attributes: { ...attributes, ...more },
  }));

const named: OpCase = {
  name: 'a batch with a name',
  inputs: [distinct([2, 2, 4, 4])],
  attributes: square,
  dims: [['batch', 2, 4, 4]],
};

const maxima = of((shape) => [distinct(shape)]);
const dilation = { kernelShape: [3, 2], dilations: [2, 3], pads: [1, 0, 1, 0] };

/** The cotangent has the shape of the pooled picture. */
const gradients = windows.map(([name, shape, attributes]): OpCase => {
  const [pooled] = MaxPool.call([zeros(shape)], attributes);
  return { name, inputs: [distinct(shape), uniform(pooled.sizes)], attributes };
});

/** Three levels and mostly the lowest, as on a constant background: windows have their maximum more than once. */
const tied = (shape: readonly number[]): InputSpec => ({
  make: (dtype, generator) => {
    const drawn = generator.uniform(shape, 0, 1, 'float64');
    return cast(cast(mul(mul(drawn, drawn), 3), 'int32'), dtype);
  },
});

const ties = gradients.map(
  (entry, i): OpCase => ({
    ...entry,
    name: `${entry.name}, ties`,
    inputs: [tied(windows[i][1]), entry.inputs[1]],
  }),
);

export const cases: OpCases = {
  MaxPool: [...maxima, { name: 'dilated', inputs: [distinct([1, 2, 7, 8])], attributes: dilation }, named],
  MaxPoolPick: [
    ...of((shape) => [distinct(shape), uniform(shape)]),
    ...of((shape) => [tied(shape), uniform(shape)]).map((entry) => ({
      ...entry,
      name: `${entry.name}, ties`,
    })),
    { name: 'dilated', inputs: [distinct([1, 2, 7, 8]), uniform([1, 2, 7, 8])], attributes: dilation },
  ],
  MaxPoolGrad: [
    ...gradients,
    ...ties,
    { name: 'dilated', inputs: [distinct([1, 2, 7, 8]), uniform([1, 2, 5, 5])], attributes: dilation },
  ],
  AveragePool: [
    ...of((shape) => [uniform(shape)]),
    ...of((shape) => [uniform(shape)], { countIncludePad: 1 }).map((opCase) => ({
      ...opCase,
      name: `${opCase.name}, padding counts`,
    })),
    named,
  ],
  GlobalAveragePool: [
    { inputs: [uniform([2, 3, 4, 5])], dims: [['batch', 3, 4, 5]] },
    { name: 'one axis', inputs: [uniform([2, 3, 4])] },
  ],
  GlobalMaxPool: [
    { inputs: [distinct([2, 3, 4, 5])], dims: [['batch', 3, 4, 5]] },
    { name: 'one axis', inputs: [distinct([2, 3, 4])] },
  ],
};

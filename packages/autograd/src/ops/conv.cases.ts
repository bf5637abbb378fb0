import { type OpCase, type OpCases, uniform } from '@trainyard/testing';

type Attributes = NonNullable<OpCase['attributes']>;

const conv = (
  name: string,
  x: number[],
  w: number[],
  attributes: Attributes = {},
  rest: Partial<OpCase> = {},
): OpCase => ({ name, inputs: [uniform(x), uniform(w)], attributes, ...rest });

const withBias = (outputs: number, { inputs, name, ...rest }: OpCase): OpCase => ({
  ...rest,
  name: `${name}, with bias`,
  inputs: [...inputs, uniform([outputs])],
});

export const cases: OpCases = {
  Conv: [
    withBias(
      3,
      conv('3×3', [2, 2, 5, 6], [3, 2, 3, 3], { kernelShape: [3, 3] }, { dims: [['batch', 2, 5, 6]] }),
    ),
    conv('same size', [1, 2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    conv('stride 2', [1, 2, 7, 6], [2, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    conv('asymmetric', [1, 2, 5, 6], [2, 2, 3, 2], {
      strides: [2, 1],
      pads: [1, 0, 0, 2],
      dilations: [1, 2],
    }),
    conv('dilated', [1, 1, 8, 8], [2, 1, 3, 3], { dilations: [3, 2], strides: [1, 3] }),
    withBias(6, conv('groups', [2, 4, 4, 4], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] })),
    conv('depthwise', [2, 3, 5, 5], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
    conv('depthwise with a multiplier', [1, 2, 4, 4], [6, 1, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
    // Counts of channels that the portable target writes in others.
    withBias(4, conv('channels by threes', [2, 6, 3, 3], [4, 6, 2, 2])),
    withBias(12, conv('groups of six outputs', [1, 4, 3, 3], [12, 2, 2, 2], { group: 2 })),
    withBias(5, conv('1×1', [2, 3, 4, 4], [5, 3, 1, 1])),
    conv('1×1, stride 2', [2, 3, 5, 4], [2, 3, 1, 1], { strides: [2, 2] }),
    conv('window as large as the picture', [2, 2, 3, 4], [2, 2, 3, 4]),
    conv('one axis', [2, 4, 9], [6, 2, 3], { group: 2, strides: [2], pads: [1, 0] }),
    conv('SAME_UPPER', [1, 2, 6, 5], [2, 2, 3, 2], { autoPad: 'SAME_UPPER', strides: [2, 1] }),
    conv('SAME_LOWER', [1, 2, 6, 5], [2, 2, 3, 2], { autoPad: 'SAME_LOWER', strides: [2, 1] }),
    conv('VALID', [1, 2, 4, 5], [2, 2, 3, 2], { autoPad: 'VALID' }),
  ],
  ConvTranspose: [
    withBias(3, conv('3×3', [2, 2, 3, 4], [2, 3, 3, 3], {}, { dims: [['batch', 2, 3, 4]] })),
    conv('stride 2 with output padding', [1, 2, 3, 4], [2, 2, 3, 3], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      outputPadding: [1, 1],
    }),
    conv('asymmetric', [1, 2, 3, 4], [2, 2, 3, 2], {
      strides: [3, 1],
      pads: [1, 0, 0, 2],
      dilations: [1, 2],
      outputPadding: [2, 0],
    }),
    withBias(6, conv('groups', [2, 4, 3, 3], [4, 3, 2, 2], { group: 2, strides: [2, 2] })),
    conv('depthwise', [2, 3, 3, 3], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
    withBias(2, conv('two channels to one', [1, 4, 2, 2], [4, 1, 2, 2], { group: 2, strides: [2, 2] })),
    conv('stride larger than the window', [1, 2, 3, 3], [2, 1, 2, 2], { strides: [3, 3] }),
    conv('one axis', [2, 4, 5], [4, 2, 3], { strides: [2] }),
    conv('SAME_UPPER', [1, 2, 3, 3], [2, 1, 3, 3], { autoPad: 'SAME_UPPER', strides: [2, 2] }),
    conv('output shape', [1, 2, 3, 3], [2, 1, 3, 3], { outputShape: [6, 7], strides: [2, 2] }),
  ],
  ConvWeightGrad: [
    conv('3×3', [2, 2, 5, 6], [2, 3, 3, 4], { kernelShape: [3, 3] }),
    conv('asymmetric', [2, 2, 7, 8], [2, 3, 3, 8], {
      kernelShape: [3, 3],
      strides: [2, 1],
      pads: [0, 2, 0, 2],
      dilations: [1, 2],
    }),
    conv('groups', [2, 4, 5, 5], [2, 6, 5, 5], { kernelShape: [3, 3], group: 2, pads: [1, 1, 1, 1] }),
    conv('depthwise', [2, 3, 5, 5], [2, 3, 3, 3], {
      kernelShape: [3, 3],
      group: 3,
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    conv('1×1, stride 3', [2, 3, 6, 6], [2, 2, 2, 2], { kernelShape: [1, 1], strides: [3, 3] }),
    conv('one axis', [2, 4, 9], [2, 2, 4], { kernelShape: [3], strides: [2] }),
  ],
};

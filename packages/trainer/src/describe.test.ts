import { describe, expect, it } from 'vitest';
import { describeNetwork, formatSummary } from './describe.ts';
import { digitsNet, refCnn } from './models/index.ts';
import { Conv2d, Sequential } from './nn/index.ts';

describe('describeNetwork', () => {
  it('counts the reference network: 5.262 MFLOP a picture', () => {
    const { flops, parameters, output } = describeNetwork(refCnn(), {
      dtype: 'uint8',
      shape: [1, 28, 28, 1],
    });
    expect(output).toEqual({ dtype: 'float32', shape: [1, 10] });
    expect(flops / 1e6).toBeCloseTo(5.262, 2);
    expect(parameters).toBe(320 + 18496 + 1600 * 128 + 128 + 1290);
  });

  it('shows each module', () => {
    const summary = describeNetwork(digitsNet({ channels: [2, 3, 4] }), {
      dtype: 'uint8',
      shape: [1, 8, 8, 1],
    });
    expect(formatSummary(summary)).toMatchInlineSnapshot(`
      "module      kind               output        parameters   FLOPs
      preprocess  Preprocess         [1, 1, 8, 8]           0       0
      conv1       Conv2d             [1, 2, 8, 8]          18   2,304
      norm1       BatchNorm2d        [1, 2, 8, 8]           4       0
      relu1       ReLU               [1, 2, 8, 8]           0       0
      conv2       Conv2d             [1, 3, 8, 8]          54   6,912
      norm2       BatchNorm2d        [1, 3, 8, 8]           6       0
      relu2       ReLU               [1, 3, 8, 8]           0       0
      pool2       MaxPool2d          [1, 3, 4, 4]           0       0
      conv3       Conv2d             [1, 4, 4, 4]         108   3,456
      norm3       BatchNorm2d        [1, 4, 4, 4]           8       0
      relu3       ReLU               [1, 4, 4, 4]           0       0
      pool3       MaxPool2d          [1, 4, 2, 2]           0       0
      average     AdaptiveAvgPool2d  [1, 4, 2, 2]           0       0
      flatten     Flatten            [1, 16]                0       0
      classifier  Linear             [1, 10]              170     320
      total                                               368  12,992"
    `);
  });

  it('adds up what is inside of a module, and works on names of dimensions', () => {
    const conv = () => new Conv2d(1, 1, { kernelSize: 3, padding: 1, bias: false });
    const network = new Sequential({ stage: new Sequential({ a: conv(), b: conv() }) });
    const { modules } = describeNetwork(network, { dtype: 'float32', shape: [2, 1, 4, 4] });
    expect(modules.map(({ path, parameters, flops }) => [path, parameters, flops])).toEqual([
      ['stage.a', 9, 2 * 9 * 16 * 2],
      ['stage.b', 9, 2 * 9 * 16 * 2],
      ['stage', 18, 4 * 9 * 16 * 2],
    ]);
  });

  it('names the module that does not fit', () => {
    expect(() => describeNetwork(refCnn(), { dtype: 'uint8', shape: [1, 20, 20, 1] })).toThrow(
      'fc1: expected 1600 input features, got 576',
    );
  });
});

import { createModel, Graph, type Model, Node, printGraph, Value, writeModel } from '@trainyard/onnx-ir';
import { describe, expect, test } from 'vitest';
import {
  foreignModels,
  hasForeignModels,
  maxDifference,
  readForeignModel,
  run,
} from '../foreign-models.cases.ts';
import { withPictureInput } from './picture-input.ts';

/** A model of one Relu, with its input called `pixels` already. */
function relu(
  shape: readonly (number | string | null)[],
  opset = 18,
  dtype: 'float32' | 'uint8' = 'float32',
): Model {
  const graph = new Graph('relu');
  const x = new Value('pixels', { dtype, shape });
  const y = new Value('y', { dtype, shape });
  graph.inputs.push(x);
  graph.nodes.push(new Node('Relu', [x], [y], { name: 'relu' }));
  graph.outputs.push(y);
  return createModel(graph, { opsetImports: new Map([['', opset]]) });
}

const statistics = { mean: [0.5, 0.25], std: [0.5, 0.125] };

test('pictures are prepared in front of the graph, which stays as it is', () => {
  const model = relu([1, 2, 3, 5]);
  const before = writeModel(model);
  const { graph } = withPictureInput(model, statistics);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "relu(%pixels_1: uint8[1, 3, 5, 2]) -> (%y) {
      %pixels/offset: float32[2, 1, 1] = [127.5, 63.75]
      %pixels/factor: float32[2, 1, 1] = [0.007843138, 0.03137255]
      %pixels/Transpose:out: uint8[1, 2, 3, 5] = Transpose(%pixels_1) {perm = [0, 3, 1, 2]}
      %pixels/Cast:out: float32[1, 2, 3, 5] = Cast(%pixels/Transpose:out) {to = 1}
      %pixels/Sub:out: float32[1, 2, 3, 5] = Sub(%pixels/Cast:out, %pixels/offset)
      %pixels/Mul:out: float32[1, 2, 3, 5] = Mul(%pixels/Sub:out, %pixels/factor)
      %y: float32[1, 2, 3, 5] = Relu(%pixels/Mul:out)
    }"
  `);
  expect(Buffer.compare(writeModel(model), before)).toBe(0);
});

test('the numbers are those of (pixel / 255 − mean) / std, channel by channel', async () => {
  const pixels = Uint8Array.from({ length: 2 * 3 * 5 * 2 }, (_, i) => (i * 89) % 256);
  const y = await run(withPictureInput(relu(['n', 2, 3, 5]), statistics), pixels, [2, 3, 5, 2]);
  const expected = Float32Array.from({ length: pixels.length }, (_, i) => {
    const [picture, channel, place] = [Math.floor(i / 30), Math.floor(i / 15) % 2, i % 15];
    const pixel = pixels[picture * 30 + place * 2 + channel]!;
    return Math.max(0, (pixel / 255 - statistics.mean[channel]!) / statistics.std[channel]!);
  });
  expect(maxDifference(y, expected)).toBeLessThan(1e-6);
});

test('sizes that the model leaves open are given', () => {
  const open = relu([null, null, 'h', null]);
  const { graph } = withPictureInput(open, { ...statistics, height: 3, width: 5 });
  expect(graph.inputs[0]!.type).toEqual({ dtype: 'uint8', shape: ['batch', 3, 5, 2] });
  expect(() => withPictureInput(open, { ...statistics, height: 3 })).toThrow(
    'withPictureInput: expected the width of its pictures, got nothing known; give `width` in pixels',
  );
});

test.each<[string, Model, Parameters<typeof withPictureInput>[1], string]>([
  [
    'another rank',
    relu([1, 2]),
    statistics,
    'a model with one input, float32 [batch, C, H, W], got pixels: float32 [1, 2]',
  ],
  ['pictures already', relu([1, 2, 3, 5], 18, 'uint8'), statistics, 'got pixels: uint8 [1, 2, 3, 5]'],
  [
    'another height',
    relu([1, 2, 3, 5]),
    { ...statistics, height: 4 },
    'a height of 3, as the model has, got 4',
  ],
  [
    'half a pixel',
    relu([1, 2, 3, null]),
    { ...statistics, width: 0.5 },
    'the width of its pictures, got 0.5',
  ],
  [
    'three channels for two',
    relu([1, 2, 3, 5]),
    { mean: [0, 0, 0], std: [1, 1, 1] },
    '2 numbers each as mean and std, one a channel, got 3 and 3',
  ],
  ['no spread', relu([1, 2, 3, 5]), { mean: [0, 0], std: [1, 0] }, 'positive std, got [1, 0]'],
  ['no mean', relu([1, 2, 3, 5]), { mean: [0, Number.NaN], std: [1, 1] }, 'finite mean, got [0, NaN]'],
  ['an opset without broadcasting', relu([1, 2, 3, 5], 6), statistics, 'a model of opset 7 or newer, got 6'],
])('%s is refused', (_, model, options, message) => {
  expect(() => withPictureInput(model, options)).toThrow(message);
});

describe.skipIf(!hasForeignModels)('models of another framework (../shared/foreign-models)', () => {
  test.each(foreignModels)('%s takes pictures, and computes what it computed from floats', async (name) => {
    const { model, inputShape } = readForeignModel(name);
    const [, channels, height, width] = inputShape as [number, number, number, number];
    const mean = [0.485, 0.456, 0.406].slice(0, channels);
    const std = [0.229, 0.224, 0.225].slice(0, channels);
    const size = height * width;
    const pixels = Uint8Array.from({ length: 3 * size * channels }, (_, i) => (i * 167 + (i >> 4)) % 256);
    const floats = new Float32Array(pixels.length);
    for (const [i, pixel] of pixels.entries()) {
      const [picture, place, channel] = [
        Math.floor(i / (size * channels)),
        Math.floor(i / channels) % size,
        i % channels,
      ];
      floats[(picture * channels + channel) * size + place] = (pixel / 255 - mean[channel]!) / std[channel]!;
    }
    const expected = await run(model, floats, [3, channels, height, width]);
    const got = await run(withPictureInput(model, { mean, std }), pixels, [3, height, width, channels]);
    expect(maxDifference(got, expected)).toBeLessThan(1e-5);
  });
});

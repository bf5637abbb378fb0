import { Generator, tensorOf } from '@trainyard/autograd';
import { writeModel } from '@trainyard/onnx-ir';
import {
  digitsNet,
  initialize,
  MobileNetV2,
  type Module,
  nn,
  ResNet18,
  refCnn,
  SqueezeNet,
} from '@trainyard/trainer';
import { expect, test } from 'vitest';
import { maxDifference, run } from '../foreign-models.cases.ts';
import { exportOnnx } from './export-onnx.ts';

const { AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Preprocess, ReLU, Residual } =
  nn;

/** What the reference network lacks: strides, groups, a residual sum, dropout, other activations. */
const varied = (): Module =>
  new nn.Sequential({
    preprocess: new Preprocess({ mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] }),
    stem: new Conv2d(3, 8, { kernelSize: 3, padding: 1 }),
    act: new nn.SiLU(),
    block: new Residual(
      new nn.Sequential({
        conv: new Conv2d(8, 8, { kernelSize: 3, padding: 1, groups: 8 }),
        norm: new BatchNorm2d(8),
        act: new nn.GELU(),
      }),
    ),
    down: new Residual(
      new Conv2d(8, 16, { kernelSize: 3, padding: 1, stride: 2 }),
      new Conv2d(8, 16, { kernelSize: 1, stride: 2 }),
    ),
    pool: new MaxPool2d(2),
    relu: new ReLU(),
    average: new AvgPool2d(2),
    flatten: new Flatten(),
    hidden: new Linear(16, 12),
    tanh: new nn.Tanh(),
    dropout: new Dropout(0.5),
    classifier: new Linear(12, 5),
  });

const networks: [string, () => Module, readonly [number, number, number]][] = [
  ['the reference network', () => digitsNet(), [8, 8, 1]],
  ['a network of every kind of layer', varied, [9, 8, 3]],
  ['refCnn', () => refCnn({ size: 20, channels: 3 }), [20, 20, 3]],
  ['ResNet18', () => new ResNet18({ channels: 8, classes: 10 }), [32, 32, 3]],
  ['MobileNetV2', () => new MobileNetV2({ width: 0.25, classes: 10 }), [32, 32, 3]],
  ['SqueezeNet', () => new SqueezeNet({ classes: 10 }), [32, 32, 3]],
];

test.each(networks)('%s gives the same logits in ONNX Runtime as eagerly', async (_, make, shape) => {
  const network = initialize(make(), 3);
  // Normalization by statistics that are not its own: untrained, deep networks give next to nothing.
  for (const [name, buffer] of network.namedBuffers())
    buffer.value = new Generator(name.length).uniform(buffer.value.sizes, 0.5, 1.5);
  const [height, width, channels] = shape;
  const model = exportOnnx(network, { input: { height, width, channels } });
  for (const batch of [1, 33]) {
    const noise = new Generator(batch).uniform([batch, ...shape]).toArray();
    const pixels = Uint8Array.from(noise, (x) => x * 256);
    const eager = network.forward(tensorOf('uint8', [batch, ...shape], pixels)).toArray();
    const logits = await run(model, pixels, [batch, ...shape]);
    const scale = Math.max(...eager.map(Math.abs));
    expect(scale).toBeGreaterThan(0.01);
    expect(maxDifference(logits, eager) / scale).toBeLessThan(1e-4);
  }
});

test.each(networks)('%s is exported to the same bytes each time', (_, make, [height, width, channels]) => {
  const bytes = () => writeModel(exportOnnx(initialize(make(), 3), { input: { height, width, channels } }));
  expect(Buffer.compare(bytes(), bytes())).toBe(0);
});

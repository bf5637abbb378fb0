import { Generator } from '@trainyard/autograd';
import {
  adamW,
  bufferValues,
  digitsNet,
  type Executor,
  type ImageSplit,
  initialize,
  LeNet5,
  Loader,
  MobileNetV2,
  type Module,
  type Optimizer,
  parameterValues,
  ResNet8,
  ResNet18,
  refCnn,
  SqueezeNet,
  sgd,
  softmaxCrossEntropy,
  trainStep,
} from '@trainyard/trainer';

/** For tests: pictures of ten classes, a bright bar each on black, so that windows of a pooling hold many ties. */
export function barSplit(length: number, [height, width, channels]: readonly number[]): ImageSplit {
  const generator = new Generator(4);
  const labels = generator.integers(length, 0, 10);
  const size = height * width * channels;
  const noise = generator.words(length * size);
  const images = new Uint8Array(length * size);
  for (let i = 0; i < length; i++) {
    const top = Math.floor((labels[i] * (height - 1)) / 10);
    const rows = images.subarray(i * size + top * width * channels, i * size + (top + 2) * width * channels);
    for (let j = 0; j < rows.length; j++) rows[j] = 128 + (noise[i * size + j] >>> 25);
  }
  return { images, labels, length };
}

export interface ComparedNetwork {
  readonly name: string;
  readonly make: () => Module;
  readonly shape: readonly [number, number, number];
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly rate: number;
}

/** For tests: the networks whose compiled losses are compared with the eager ones, at sizes that eager can afford. */
export const comparedNetworks: readonly ComparedNetwork[] = [
  {
    name: 'refCnn',
    make: refCnn,
    shape: [28, 28, 1],
    batchSize: 8,
    optimizer: sgd({ momentum: 0.9 }),
    rate: 0.01,
  },
  {
    name: 'LeNet5',
    make: () => new LeNet5(),
    shape: [28, 28, 1],
    batchSize: 8,
    optimizer: adamW({ eps: 1e-4 }),
    rate: 0.001,
  },
  {
    name: 'ResNet8',
    make: () => new ResNet8(),
    shape: [16, 16, 3],
    batchSize: 8,
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
    rate: 0.01,
  },
  {
    name: 'digitsNet with dropout',
    make: () => digitsNet({ dropout: 0.3, channels: [8, 16, 16] }),
    shape: [8, 8, 1],
    batchSize: 16,
    optimizer: sgd({ momentum: 0.9 }),
    rate: 0.02,
  },
];

/**
 * For tests: the larger networks, in the same way. In the last stages of small pictures, batch norm averages so few
 * elements that a difference in the last bit grows with every step: an eager run whose weights were moved by one bit
 * goes apart from the other one just as fast. Larger batches and smaller rates hold that back for 50 steps.
 */
export const largerNetworks: readonly ComparedNetwork[] = [
  {
    name: 'the 224×224 CNN, on 32×32',
    make: () => refCnn({ size: 32, channels: 3 }),
    shape: [32, 32, 3],
    batchSize: 4,
    optimizer: sgd({ momentum: 0.9 }),
    rate: 0.01,
  },
  {
    name: 'SqueezeNet with dropout',
    make: () => new SqueezeNet({ classes: 10 }),
    shape: [32, 32, 3],
    batchSize: 4,
    optimizer: adamW({ eps: 1e-4 }),
    rate: 0.0003,
  },
  {
    name: 'ResNet18',
    make: () => new ResNet18({ channels: 8, classes: 10 }),
    shape: [32, 32, 3],
    batchSize: 8,
    optimizer: sgd({ momentum: 0.9 }),
    rate: 0.00005,
  },
  {
    name: 'MobileNetV2 with dropout',
    make: () => new MobileNetV2({ width: 0.25, classes: 10 }),
    shape: [32, 32, 3],
    batchSize: 16,
    optimizer: sgd(),
    rate: 0.00001,
  },
];

/** For tests: the losses of so many steps over batches in order, from the same seed. */
export async function lossesOf(compared: ComparedNetwork, executor: Executor, steps: number) {
  const { make, shape, batchSize, optimizer, rate } = compared;
  const network = initialize(make(), 1);
  const loader = new Loader(barSplit(4 * batchSize, shape), { batchSize, seed: 1, imageShape: shape });
  const params = parameterValues(network);
  const recipe = {
    optimizer,
    loss: softmaxCrossEntropy({ labelSmoothing: 0.1 }),
    clipGradients: { norm: 5 },
  };
  const generator = new Generator(2);
  const runner = executor.prepare(trainStep(network, recipe, generator));
  runner.load({ params, buffers: bufferValues(network), optimizer: optimizer.init(params) });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const batch = loader.batch(Math.floor(i / 4), i % 4);
    losses.push((await runner.step(batch, rate)).loss);
  }
  const fallback = runner.fallback?.();
  await runner.dispose?.();
  return { losses, fallback };
}

/** For tests: the largest difference between two lists of losses, relative to the first. */
export const worstDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i]) / Math.abs(v)));

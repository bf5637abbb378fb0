/** The files of a new pipeline. */
export interface TemplateInput {
  readonly name: string;
  /** The folder of pictures, relative to the pipeline's. */
  readonly folder: string;
  readonly size: number;
  readonly pictures: number;
}

/** Small sets need more passes: about 2,000 steps of 32 pictures, within 15 to 60 epochs. */
const epochsFor = (pictures: number): number =>
  Math.min(60, Math.max(15, Math.round((2000 * 32) / pictures)));

/** A string literal as the formatter has it: in single quotes where it can be. */
const quoted = (text: string): string =>
  text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`;

export const configTemplate = ({
  name,
  folder,
  size,
  pictures,
}: TemplateInput): string => `import { definePipeline } from '@trainyard/pipeline';

export default definePipeline({
  name: ${quoted(name)},
  dataset: { name: 'image-folder', folder: ${quoted(folder)}, size: [${size}, ${size}] },
  seed: 1,
  train: {
    epochs: ${epochsFor(pictures)},
    batchSize: 32,
    learningRate: 0.05,
    schedule: 'one-cycle',
    optimizer: { type: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    labelSmoothing: 0.1,
    augment: { flip: 'horizontal', shift: ${Math.round(size / 10)}, rotate: 10, scale: 0.1 },
  },
  prune: [
    { name: 'pruned', method: 'channels', flopsReduction: 0.4, fineTune: { epochs: 5, learningRate: 0.01 } },
  ],
  quantize: [
    { name: 'int8', method: 'static', activations: 'uint8' },
    { name: 'float16', method: 'float16' },
  ],
  budget: { maxAccuracyDrop: { default: 0.02 } },
});
`;

export const networkTemplate = (): string => `import type { NetworkInput } from '@trainyard/pipeline';
import { nn } from '@trainyard/trainer';

const block = (inChannels: number, outChannels: number) =>
  new nn.Sequential([
    new nn.Conv2d(inChannels, outChannels, { kernelSize: 3, padding: 1, bias: false }),
    new nn.BatchNorm2d(outChannels),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
  ]);

/** Halves the picture three times, then averages what it sees over the whole of it. */
export default ({ channels, classes }: NetworkInput) =>
  new nn.Sequential([
    new nn.Preprocess({ mean: Array(channels).fill(0.5), std: Array(channels).fill(0.25) }),
    block(channels, 8),
    block(8, 16),
    block(16, 32),
    new nn.Conv2d(32, 64, { kernelSize: 3, padding: 1, bias: false }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new nn.Dropout(0.2),
    new nn.Linear(64, classes),
  ]);
`;

import type { TestWorkspace } from './workspace.ts';

export interface GlyphsPipeline {
  /** Where the pictures' style is, 0 to 1. */
  readonly drift?: number;
  readonly epochs?: number;
  readonly train?: number;
  readonly test?: number;
  /** Source text of the dataset, where it is not the generated one. */
  readonly dataset?: string;
  /** More of the config, as source text: `retrain: {…},`. */
  readonly more?: string;
}

/** Writes a small pipeline on generated pictures into a workspace: `pipelines/glyphs`. */
export async function writeGlyphsPipeline(
  workspace: TestWorkspace,
  {
    drift = 0,
    epochs = 4,
    train = 1200,
    test = 400,
    dataset = `{ name: 'glyphs', size: 16, train: ${train}, test: ${test}, drift: ${drift} }`,
    more = '',
  }: GlyphsPipeline = {},
): Promise<void> {
  await workspace.write(
    'pipelines/glyphs/pipeline.config.ts',
    `import { definePipeline } from '@trainyard/pipeline';

export default definePipeline({
  name: 'glyphs',
  dataset: ${dataset},
  seed: 1,
  train: { epochs: ${epochs}, batchSize: 32, learningRate: 0.05, threads: 1 },
  prune: [
    { name: 'pruned', method: 'channels', flopsReduction: 0.4, fineTune: { epochs: 2, learningRate: 0.01 } },
  ],
  quantize: [{ name: 'int8', method: 'static', calibration: { pictures: 64 } }],
  budget: { maxAccuracyDrop: { default: 1 } },
  ${more}
});
`,
  );
  await workspace.write(
    'pipelines/glyphs/network.ts',
    `import type { NetworkInput } from '@trainyard/pipeline';
import { nn } from '@trainyard/trainer';

export default ({ height, width, channels, classes }: NetworkInput) =>
  new nn.Sequential([
    new nn.Preprocess({ mean: [0.2], std: [0.3] }),
    new nn.Conv2d(channels, 8, { kernelSize: 3, padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, { kernelSize: 3, padding: 1 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(16 * (height / 4) * (width / 4), classes),
  ]);
`,
  );
}

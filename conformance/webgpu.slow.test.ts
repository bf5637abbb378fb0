import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOfBytes, exportOnnx, writeBundle } from '@trainyard/exporter';
import { writeModel } from '@trainyard/onnx-ir';
import { chromiumMissing } from '@trainyard/testing/browser';
import { initialize, nn } from '@trainyard/trainer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runConformance } from './run.ts';
import { subjectsOf } from './subjects/bundle.ts';
import { randomPictures } from './subjects/pictures.ts';
import { chromiumWebGpu } from './targets/chromium-webgpu.ts';
import { nodeNative as reference } from './targets/node-native.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'trainyard-webgpu-'));
});
afterAll(() => rm(scratch, { recursive: true }));

const input = { height: 8, width: 8, channels: 3 } as const;
const labels = ['a', 'b', 'c'];

/** Convolutions of these numbers of channels, one after the other. */
async function bundleOf(channels: readonly number[]): Promise<string> {
  const layers = channels
    .slice(1)
    .map((count, i) => new nn.Conv2d(channels[i]!, count, { kernelSize: 3, padding: 1 }));
  const network = new nn.Sequential([
    new nn.Preprocess({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }),
    ...layers,
    new nn.Flatten(),
    new nn.Linear(channels.at(-1)! * input.height * input.width, labels.length),
  ]);
  const model = writeModel(exportOnnx(initialize(network, 1), { input, labels }));
  const folder = join(scratch, 'bundle');
  const digest = digestOfBytes(model);
  const none = { parameters: 0, flops: 0, accuracy: 1, agreement: 1, maxAbsLogitDiff: 0 };
  await writeBundle(folder, {
    name: 'channels',
    labels,
    input: { name: 'pixels', dtype: 'uint8', layout: 'NHWC', resize: 'stretch', ...input },
    output: { name: 'logits', dtype: 'float32' },
    variants: [{ name: 'float32', precision: 'float32', model, targets: ['node', 'web'], ...none }],
    lineage: {
      dataset: { name: 'noise', digest, train: 1, test: 1 },
      config: digest,
      commit: null,
      seed: 1,
      parent: null,
    },
  });
  return folder;
}

describe.skipIf(chromiumMissing)(`WebGPU${chromiumMissing ? ` (skipped: ${chromiumMissing})` : ''}`, () => {
  test('convolutions of all numbers of channels give what Node gives', async () => {
    // Channels last, ONNX Runtime 1.30 is wrong from the first of 6 on.
    const folder = await bundleOf([3, 6, 8, 9, 16, 5, 12, 15, 4]);
    const { cells } = await runConformance({
      targets: [chromiumWebGpu],
      reference,
      subjects: await subjectsOf(folder, randomPictures(input, 3, 1), async () => ({})),
      skippedSubjects: [],
      scratch,
      signal: new AbortController().signal,
    });
    expect(cells.map(({ status, reasons }) => [status, reasons])).toEqual([['held', []]]);
    expect(cells[0]!.provider).toBe('webgpu');
  });
});

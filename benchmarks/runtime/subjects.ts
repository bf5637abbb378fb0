import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { exportOnnx, optimize } from '@trainyard/exporter';
import { writeModel } from '@trainyard/onnx-ir';
import { type BundleSource, memorySource, openBundle } from '@trainyard/runtime-common';
import { folderSource } from '@trainyard/runtime-node';
import { bundleWith, tinyBundle } from '@trainyard/testing/runtime-cases';
import { ResNet8 } from '@trainyard/trainer';

/** A bundle whose runs are timed, and what stands in it. */
export interface Subject {
  readonly name: string;
  readonly source: BundleSource;
  readonly variant: string;
  readonly model: Uint8Array;
  /** Height, width and channels. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
}

const digits = fileURLToPath(new URL('../../pipelines/digits/dist/bundle', import.meta.url));

/** The networks by their names on the command line. */
export const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  digits: async () => {
    await readFile(`${digits}/manifest.json`).catch(() => {
      throw new Error('expected the release of digits, got no bundle; run npm start first');
    });
    return subjectOf('digits', await folderSource(digits));
  },
  resnet8: async () => {
    const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);
    const input = { height: 32, width: 32, channels: 3 } as const;
    const { model } = optimize(exportOnnx(new ResNet8(), { input, labels }));
    const files = bundleWith(tinyBundle({ ...input, labels }), { model: writeModel(model) });
    return subjectOf('resnet8', memorySource(files));
  },
};

async function subjectOf(name: string, source: BundleSource): Promise<Subject> {
  const bundle = await openBundle(source);
  const { input, labels, variants } = bundle.manifest;
  const [variant] = variants;
  return {
    name,
    source,
    variant: variant.name,
    model: await bundle.readVariant(variant),
    shape: [input.height, input.width, input.channels],
    classes: labels.length,
  };
}

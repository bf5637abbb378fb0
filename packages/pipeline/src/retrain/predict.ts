import { loadBundle } from '@trainyard/runtime-node';
import { type ImageDataset, type ImageSplit, topClasses } from '@trainyard/trainer';
import { type ClassCounts, classCounts } from './statistics.ts';

export interface PredictOptions {
  /** What the bundle is loaded for, as `loadBundle` takes it: accuracy unless given, or speed, size, a variant's name. */
  readonly prefer?: string;
  readonly signal?: AbortSignal;
}

/** What a bundle says of every picture: the number of its class, counted in the bundle's labels. */
export async function predict(
  bundle: string,
  images: Uint8Array,
  { prefer, signal }: PredictOptions = {},
): Promise<Int32Array> {
  const classifier = await loadBundle(bundle, { prefer, signal });
  try {
    return topClasses(await classifier.predict(images, { signal }), classifier.manifest.labels.length);
  } finally {
    await classifier.dispose();
  }
}

/** Enough to see the share of a class to about a hundredth. */
const enough = 2_000;

/**
 * How often a bundle says each class, over these pictures or evenly spread ones of them.
 * @returns undefined where the bundle takes pictures of another size
 */
export async function predictedClassesOf(
  bundle: string,
  { images, length }: ImageSplit,
  [height, width, channels]: ImageDataset['imageShape'],
  { prefer, signal }: PredictOptions = {},
): Promise<ClassCounts | undefined> {
  const classifier = await loadBundle(bundle, { prefer, signal });
  try {
    const { input, labels } = classifier.manifest;
    if (input.height !== height || input.width !== width || input.channels !== channels) return undefined;
    if (length === 0) return classCounts(labels, []);
    const size = height * width * channels;
    const wanted = Math.min(length, enough);
    const pixels = new Uint8Array(wanted * size);
    for (let i = 0; i < wanted; i++) {
      const from = Math.floor((i * length) / wanted) * size;
      pixels.set(images.subarray(from, from + size), i * size);
    }
    const logits = await classifier.predict(pixels, { signal });
    return classCounts(labels, topClasses(logits, labels.length));
  } finally {
    await classifier.dispose();
  }
}

import { chooseVariant } from '@trainyard/runtime-common';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { openContestant, unserved } from './contestant.ts';
import { type ClassCounts, classCounts } from './statistics.ts';

export interface PredictOptions {
  /** What `node` prefers as it loads the bundle: accuracy unless given, or speed, size, a variant's name. */
  readonly prefer?: string;
  readonly signal?: AbortSignal;
}

/** Enough to see the share of a class to about a hundredth. */
const enough = 2_000;

/**
 * How often a bundle says each class, over these pictures or evenly spread ones of them: by the variant that `node`
 * would run, or by the most accurate one where none is for it.
 * @returns undefined where the bundle takes pictures of another size
 */
export async function predictedClassesOf(
  bundle: string,
  { images, length }: ImageSplit,
  [height, width, channels]: ImageDataset['imageShape'],
  { prefer, signal }: PredictOptions = {},
): Promise<ClassCounts | undefined> {
  const contestant = await openContestant(bundle, { node: prefer });
  const { manifest, variantFor, predict } = contestant;
  const { input, labels } = manifest;
  if (input.height !== height || input.width !== width || input.channels !== channels) return undefined;
  if (length === 0) return classCounts(labels, []);
  const size = height * width * channels;
  const wanted = Math.min(length, enough);
  const pixels = new Uint8Array(wanted * size);
  for (let i = 0; i < wanted; i++) {
    const from = Math.floor((i * length) / wanted) * size;
    pixels.set(images.subarray(from, from + size), i * size);
  }
  const served = unserved(contestant, ['node']).length === 0;
  const variant = served ? variantFor('node') : chooseVariant(manifest).variant;
  return classCounts(labels, await predict(variant, pixels, signal));
}

import type { ImageSplit } from '@trainyard/trainer';
import type { Report } from './report/index.ts';

/** As many misread pictures as a report shows. */
const shown = 24;

function softmax(logits: Float32Array): number[] {
  const top = Math.max(...logits);
  const powers = Array.from(logits, (x) => Math.exp(x - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** The pictures whose top class is not their label, the surest mistakes first. */
export function findMisread(
  logits: Float32Array,
  { images, labels, length }: ImageSplit,
  classes: number,
): Report['misread'] {
  const size = images.length / length;
  const samples = Array.from({ length }, (_, index) => {
    const shares = softmax(logits.subarray(index * classes, (index + 1) * classes));
    const confidence = Math.max(...shares);
    const label = labels[index];
    return {
      index,
      label,
      predicted: shares.indexOf(confidence),
      confidence,
      labelConfidence: shares[label],
    };
  })
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.confidence - a.confidence);
  const withPixels = samples.slice(0, shown).map((sample) => ({
    ...sample,
    pixels: Buffer.from(images.subarray(sample.index * size, (sample.index + 1) * size)).toString('base64'),
  }));
  return { total: samples.length, samples: withPixels };
}

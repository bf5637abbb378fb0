import { softmax } from '@trainyard/runtime-common';
import type { ImageSplit } from '@trainyard/trainer';
import type { Report } from './report/index.ts';

/** How many pictures a report shows. */
const shown = 24;

/** Where the trained network was wrong, the surest mistakes first; and, where that is rare, where it was nearly wrong. */
export function findMisread(
  logits: Float32Array,
  { images, labels, length }: ImageSplit,
  classes: number,
): Pick<Report, 'misread' | 'closeCalls'> {
  const size = images.length / length;
  const readings = Array.from({ length }, (_, index) => {
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
  }).sort((a, b) => b.confidence - a.confidence);
  const withPixels = (reading: (typeof readings)[number]) => ({
    ...reading,
    pixels: Buffer.from(images.subarray(reading.index * size, (reading.index + 1) * size)).toString('base64'),
  });
  const wrong = readings.filter(({ label, predicted }) => label !== predicted);
  const right = readings.filter(({ label, predicted }) => label === predicted);
  const misread = { total: wrong.length, samples: wrong.slice(0, shown).map(withPixels) };
  if (wrong.length >= shown / 2) return { misread };
  return {
    misread,
    closeCalls: right
      .slice(-shown / 2)
      .reverse()
      .map(withPixels),
  };
}

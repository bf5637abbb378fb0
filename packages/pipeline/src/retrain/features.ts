import { CommandError } from '../errors.ts';

/** uint8 pixels, [height, width, channels] of 1 or 3 channels. */
export type PictureShape = readonly [height: number, width: number, channels: number];

/** One number a picture, by which a dataset is compared with a later one. */
export const featureNames = [
  'brightness',
  'contrast',
  'sharpness',
  'dark',
  'bright',
  'red',
  'green',
  'blue',
  'saturation',
] as const;

export type FeatureName = (typeof featureNames)[number];
/** Pixels of one picture by channel, and their brightness; each 0 to 255. */
interface Picture {
  readonly pixels: Uint8Array;
  readonly brightness: Float64Array;
  readonly height: number;
  readonly width: number;
}

const levels = 255;
/** Brightness below and from which a pixel is dark or bright: the lowest and the highest quarter. */
const [darkBelow, brightFrom] = [64, 192];

const measures: Readonly<Record<FeatureName, (picture: Picture) => number>> = {
  /** Mean of the pixels' brightness, 0 to 1. */
  brightness: ({ brightness }) => mean(brightness) / levels,
  contrast: ({ brightness }) => deviation(brightness) / levels,
  sharpness: (picture) => laplacian(picture) / levels,
  /** Share of pixels in the lowest quarter of brightness. */
  dark: ({ brightness }) => shareWithin(brightness, 0, darkBelow),
  /** Share of pixels in the highest quarter of brightness. */
  bright: ({ brightness }) => shareWithin(brightness, brightFrom, Number.POSITIVE_INFINITY),
  /** Mean of a channel, 0 to 1. */
  red: ({ pixels }) => channelMean(pixels, 0),
  green: ({ pixels }) => channelMean(pixels, 1),
  blue: ({ pixels }) => channelMean(pixels, 2),
  saturation,
};

/** Those that pictures of this many channels have. */
export const featuresOf = (channels: number): readonly FeatureName[] =>
  channels === 3 ? featureNames : featureNames.slice(0, 5);

/** Kept to so many digits: they tell pictures apart no better beyond, and statistics stay small. */
const steps = 1e6;

/**
 * The features of every picture.
 * @param images pictures of one size after the other
 * @throws CommandError at a feature that such pictures do not have
 */
export function featureValues(
  images: Uint8Array,
  shape: PictureShape,
  names: readonly FeatureName[] = featuresOf(shape[2]),
): Record<string, Float64Array> {
  const [height, width, channels] = shape;
  const known = featuresOf(channels);
  const stray = names.find((name) => !known.includes(name));
  if (stray)
    throw new CommandError(
      'retrain.when.drift.features',
      `${known.join(', ')} of pictures with ${channels === 1 ? 'one channel' : `${channels} channels`}`,
      stray,
      'leave it out',
    );
  const size = height * width * channels;
  const length = images.length / size;
  const values = names.map((name) => [name, new Float64Array(length)] as const);
  const brightness = new Float64Array(height * width);
  for (let i = 0; i < length; i++) {
    const pixels = images.subarray(i * size, (i + 1) * size);
    writeBrightness(pixels, channels, brightness);
    const picture = { pixels, brightness, height, width };
    for (const [name, of] of values) of[i] = Math.round(measures[name](picture) * steps) / steps;
  }
  return Object.fromEntries(values);
}

/** Of colours the luma of ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B. */
function writeBrightness(pixels: Uint8Array, channels: number, brightness: Float64Array): void {
  if (channels === 1) brightness.set(pixels);
  else
    for (let i = 0, at = 0; i < brightness.length; i++, at += 3)
      brightness[i] = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
}

/** Mean absolute value of Laplace's operator, the four neighbours less four times the pixel; edges are repeated. */
function laplacian({ brightness, height, width }: Picture): number {
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const up = brightness[y > 0 ? at - width : at];
      const down = brightness[y < height - 1 ? at + width : at];
      const left = brightness[x > 0 ? at - 1 : at];
      const right = brightness[x < width - 1 ? at + 1 : at];
      sum += Math.abs(up + down + left + right - 4 * brightness[at]);
    }
  return sum / brightness.length;
}

function channelMean(pixels: Uint8Array, channel: number): number {
  let sum = 0;
  for (let i = channel; i < pixels.length; i += 3) sum += pixels[i];
  return sum / (pixels.length / 3) / levels;
}

/** Mean over the pixels of (max − min) / max of their channels, as in HSV; 0 of black. */
function saturation({ pixels }: Picture): number {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const most = Math.max(pixels[i], pixels[i + 1], pixels[i + 2]);
    const least = Math.min(pixels[i], pixels[i + 1], pixels[i + 2]);
    if (most > 0) sum += (most - least) / most;
  }
  return sum / (pixels.length / 3);
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation: of 0 to 255, at most 127.5. */
function deviation(values: Float64Array): number {
  const middle = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - middle) ** 2;
  return Math.sqrt(sum / values.length);
}

/** Share of values from the one up to the other, which it does not include. */
function shareWithin(values: Float64Array, from: number, to: number): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] >= from && values[i] < to) count++;
  return count / values.length;
}

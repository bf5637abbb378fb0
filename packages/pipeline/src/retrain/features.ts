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
  /** Standard deviation of the pixels' brightness, 0 to 0.5. */
  contrast: ({ brightness }) => {
    const middle = mean(brightness);
    return Math.sqrt(mean(brightness.map((value) => (value - middle) ** 2))) / levels;
  },
  sharpness: (picture) => laplacian(picture) / levels,
  /** Share of pixels in the lowest quarter of brightness. */
  dark: ({ brightness }) => mean(brightness.map((value) => Number(value < darkBelow))),
  /** Share of pixels in the highest quarter of brightness. */
  bright: ({ brightness }) => mean(brightness.map((value) => Number(value >= brightFrom))),
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
  for (let i = 0; i < length; i++) {
    const pixels = images.subarray(i * size, (i + 1) * size);
    const picture = { pixels, brightness: brightnessOf(pixels, channels), height, width };
    for (const [name, of] of values) of[i] = Math.round(measures[name](picture) * steps) / steps;
  }
  return Object.fromEntries(values);
}

/** Of colours the luma of ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B. */
function brightnessOf(pixels: Uint8Array, channels: number): Float64Array {
  if (channels === 1) return Float64Array.from(pixels);
  return Float64Array.from(
    { length: pixels.length / 3 },
    (_, i) => 0.299 * pixels[i * 3] + 0.587 * pixels[i * 3 + 1] + 0.114 * pixels[i * 3 + 2],
  );
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

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

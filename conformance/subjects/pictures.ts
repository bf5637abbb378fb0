import { Generator } from '@trainyard/autograd';

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Pictures of which no two look alike: noise around a gray that changes across each, of another contrast each time.
 * The same seed gives the same pictures everywhere.
 * @returns uint8 [count, height, width, channels]
 */
export function randomPictures(
  { height, width, channels }: PictureSize,
  count: number,
  seed: number,
): Uint8Array {
  const size = height * width * channels;
  const generator = new Generator(seed);
  const noise = generator.uniform([count, size]).toArray();
  const moods = generator.uniform([count, 4]).toArray();
  return Uint8Array.from(noise, (value, i) => {
    const picture = Math.floor(i / size);
    const [gray, contrast, across, down] = moods.slice(4 * picture, 4 * picture + 4) as [
      number,
      number,
      number,
      number,
    ];
    const x = (Math.floor((i % size) / channels) % width) / width - 0.5;
    const y = Math.floor((i % size) / channels / width) / height - 0.5;
    const level = gray + x * (across - 0.5) + y * (down - 0.5) + (value - 0.5) * contrast;
    return Math.round(255 * Math.max(0, Math.min(1, level)));
  });
}

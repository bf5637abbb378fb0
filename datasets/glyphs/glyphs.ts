import { setImmediate } from 'node:timers/promises';
import type { ImageDataset, ImageSplit } from '@trainyard/trainer';
import { numberWithin, wholeNumber } from '../errors.ts';
import { imageDataset, imageSplit } from '../image-dataset.ts';
import { Random } from '../random.ts';
import { drawGlyph } from './draw.ts';
import { type Style, styleAt } from './style.ts';

export interface GlyphsOptions {
  /** Which pictures: the same seed gives the same bytes on every machine. Default 0. */
  readonly seed?: number;
  /** Side in pixels, or [height, width], each from 8 to 1024. Default 28. */
  readonly size?: number | readonly [height: number, width: number];
  /** Number of pictures for training. Default 10,000. */
  readonly train?: number;
  /** Number of pictures for testing. Default 2,000. */
  readonly test?: number;
  /**
   * Where the distribution is, from 0 (upright, light on black, sharp) to 1 (slanted, bold, soft, low in contrast,
   * noisy, on an uneven ground). A network trained at 0 gets worse as it rises. Default 0.
   */
  readonly drift?: number;
}

const digits = 10;
const picturesBetweenBreaths = 512;

/**
 * Generated pictures of digits, [height, width, 1]: each is one of several hand styles of its digit, jittered, bent,
 * slanted, turned, drawn with a pen of some width and pressure, and covered with noise.
 *
 * Every run of ten pictures holds each digit once, in random order. A picture depends on seed, split, its number,
 * size and drift only: asking for more pictures appends to those there were.
 *
 * @throws DatasetError when an option is out of its range.
 */
export async function loadGlyphs(options: GlyphsOptions = {}): Promise<ImageDataset> {
  const { seed = 0, size = 28, train = 10_000, test = 2_000, drift = 0 } = options;
  wholeNumber('glyphs, seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const [height, width] = (typeof size === 'number' ? [size, size] : size).map((side) =>
    wholeNumber('glyphs, size', side, 8, 1024),
  ) as [number, number];
  wholeNumber('glyphs, train', train, 1);
  wholeNumber('glyphs, test', test, 1);
  const style = styleAt(numberWithin('glyphs, drift', drift, 0, 1));
  return imageDataset({
    name: 'glyphs',
    classes: Array.from({ length: digits }, (_, digit) => String(digit)),
    imageShape: [height, width, 1],
    train: await drawSplit(train, height, width, style, seed, 0),
    test: await drawSplit(test, height, width, style, seed, 1),
    license: 'CC0-1.0',
    source: `generated: ${height}×${width}, seed ${seed}, drift ${drift}`,
  });
}

async function drawSplit(
  count: number,
  height: number,
  width: number,
  style: Style,
  seed: number,
  split: number,
): Promise<ImageSplit> {
  const images = new Uint8Array(count * height * width);
  const labels = new Int32Array(count);
  let order: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i % digits === 0) {
      order = new Random(seed, split, 0, i).shuffle(Array.from({ length: digits }, (_, digit) => digit));
    }
    const digit = order[i % digits]!;
    labels[i] = digit;
    const picture = images.subarray(i * height * width, (i + 1) * height * width);
    drawGlyph(picture, height, width, digit, style, [seed, split, 1, i]);
    // So that Ctrl-C and progress are heard during a large set.
    if (i % picturesBetweenBreaths === 0) await setImmediate();
  }
  return imageSplit(images, labels);
}

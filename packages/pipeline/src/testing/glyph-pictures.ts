import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadGlyphs } from '@trainyard/datasets';
import sharp from 'sharp';
import type { TestWorkspace } from './workspace.ts';

export interface GlyphPictures {
  /** Where the pictures' style is, 0 to 1. */
  readonly drift: number;
  readonly seed?: number;
  readonly train?: number;
  readonly test?: number;
  /** Gives each training picture the label of another one. */
  readonly shuffled?: boolean;
}

/** Writes generated digits as a user has pictures: `pictures/train/3/17.png`. What was there goes. */
export async function writeGlyphPictures(
  workspace: TestWorkspace,
  { drift, seed = 0, train = 1000, test = 400, shuffled = false }: GlyphPictures,
): Promise<void> {
  const size = 16;
  const dataset = await loadGlyphs({ size, drift, seed, train, test });
  await rm(workspace.path('pictures'), { recursive: true, force: true });
  for (const split of ['train', 'test'] as const) {
    const { images, labels, length } = dataset[split];
    for (let i = 0; i < length; i++) {
      // Any other order will do, as long as it has nothing to do with the picture.
      const label = labels[shuffled && split === 'train' ? (i * 7 + 3) % length : i]!;
      const pixels = images.subarray(i * size * size, (i + 1) * size * size);
      const png = await sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
        .png({ compressionLevel: 1 })
        .toBuffer();
      await workspace.write(join('pictures', split, String(label), `${i}.png`), png);
    }
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { placeHand } from '../datasets/glyphs/outline.ts';
import { hands } from '../datasets/glyphs/strokes.ts';
import { styleAt } from '../datasets/glyphs/style.ts';
import { Random } from '../datasets/random.ts';
import type { GrayPicture } from './src/ink/gray.ts';
import type { Stroke } from './src/ink/strokes.ts';
import { type BuiltInPictures, unpackPictures } from './src/pictures.ts';

export const bundleFile = (name: string): string =>
  fileURLToPath(new URL(`../pipelines/digits/dist/bundle/${name}`, import.meta.url));

/** Why what needs the release of the digits can't be tested; in CI, where it was made before, that is a failure. */
export const bundleMissing: string | undefined =
  process.env.CI || existsSync(bundleFile('manifest.json'))
    ? undefined
    : ': no release of the digits; run nx run digits:package';

/** A digit as one of several hands writes it, a little different for each `k`. */
export const drawn = (digit: number, hand: number, k: number): Stroke[] =>
  placeHand(hands[digit]![hand]!, new Random(9, digit, hand, k), styleAt(0), 1, 1).map((chain) =>
    Array.from({ length: chain.length / 2 }, (_, i) => ({ x: chain[2 * i]!, y: chain[2 * i + 1]! })),
  );

export const builtInPictures = (): BuiltInPictures => {
  const read = (name: string) => readFileSync(new URL(`public/${name}`, import.meta.url));
  return unpackPictures(JSON.parse(read('pictures.json').toString()), read('pictures.bin'));
};

/** A built-in test picture enlarged as a lens would, with a margin around it: bright ink on black. */
export function testPicture(
  index: number,
  { side, margin }: { readonly side: number; readonly margin: number },
): GrayPicture & { readonly label: number } {
  const { images, labels } = builtInPictures().test;
  const at = (row: number, column: number): number =>
    row < 0 || column < 0 || row > 7 || column > 7 ? 0 : images[index * 64 + row * 8 + column]!;
  const data = new Float32Array(side * side);
  const scale = 8 / (side - 2 * margin);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [u, v] = [(x + 0.5 - margin) * scale - 0.5, (y + 0.5 - margin) * scale - 0.5];
      const [column, row] = [Math.floor(u), Math.floor(v)];
      const [fu, fv] = [u - column, v - row];
      data[y * side + x] =
        (at(row, column) * (1 - fu) + at(row, column + 1) * fu) * (1 - fv) +
        (at(row + 1, column) * (1 - fu) + at(row + 1, column + 1) * fu) * fv;
    }
  return { data, width: side, height: side, label: labels[index]! };
}

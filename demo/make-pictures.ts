import { writeFile } from 'node:fs/promises';
import { loadDigits } from '@trainyard/datasets';

/** Pictures of each digit that teaching mixes in, and that measuring uses; the first come from the training split. */
const perDigit = { rehearsal: 30, test: 10 };

/**
 * Writes `public/pictures.bin`: the pictures of both sets, uint8 [8 × 8] each, then their labels, a byte each; and
 * `public/pictures.json`, which says how many and whose they are.
 */
const digits = await loadDigits();
const rehearsal = spread(digits.train, perDigit.rehearsal);
const test = spread(digits.test, perDigit.test);
const [height, width] = digits.imageShape;
const about = {
  rehearsal: rehearsal.labels.length,
  test: test.labels.length,
  height,
  width,
  source: digits.source,
  license: digits.license,
};
const to = (name: string) => new URL(`public/${name}`, import.meta.url);
await writeFile(
  to('pictures.bin'),
  Buffer.concat([
    ...rehearsal.pictures,
    ...test.pictures,
    Buffer.from([...rehearsal.labels, ...test.labels]),
  ]),
);
await writeFile(to('pictures.json'), `${JSON.stringify(about, undefined, 2)}\n`);

/** So many of each class, evenly from the whole split, in the order of the split. */
function spread({ images, labels, length }: typeof digits.train, count: number) {
  const size = images.length / length;
  const all = Array.from({ length }, (_, i) => i);
  const chosen = digits.classes.flatMap((_, digit) => {
    const own = all.filter((i) => labels[i] === digit);
    return Array.from({ length: count }, (_, k) => own[Math.floor(((k + 0.5) * own.length) / count)]!);
  });
  chosen.sort((a, b) => a - b);
  return {
    pictures: chosen.map((i) => images.subarray(i * size, (i + 1) * size)),
    labels: chosen.map((i) => labels[i]!),
  };
}

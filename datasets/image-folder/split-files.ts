import { createHash } from 'node:crypto';
import type { LabelledFile } from './read-pictures.ts';

/**
 * Stratified split: within each class the files are ranked by a hash of seed and name, and the first
 * round(fraction · n), at least one and at most n − 1, are test pictures. As ranks come from names, adding
 * pictures moves few of the others from one split to the other.
 *
 * @param nameOf the name a file is ranked by, the same on every machine
 * @returns positions in `files`, each list in rising order
 */
export function splitFiles(
  files: readonly LabelledFile[],
  nameOf: (file: LabelledFile) => string,
  fraction: number,
  seed: number,
): { train: number[]; test: number[] } {
  const byClass = new Map<number, { position: number; rank: string }[]>();
  files.forEach((file, position) => {
    const rank = createHash('sha256')
      .update(`${seed}\0${nameOf(file)}`)
      .digest('hex');
    const members = byClass.get(file.label) ?? [];
    members.push({ position, rank });
    byClass.set(file.label, members);
  });
  const train: number[] = [];
  const test: number[] = [];
  for (const members of byClass.values()) {
    members.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    const wanted = Math.round(fraction * members.length);
    const count = Math.min(Math.max(wanted, 1), members.length - 1);
    members.forEach(({ position }, i) => {
      (i < count ? test : train).push(position);
    });
  }
  const rising = (a: number, b: number): number => a - b;
  return { train: train.sort(rising), test: test.sort(rising) };
}

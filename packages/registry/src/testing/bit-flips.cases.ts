import { ArtifactError } from '../errors.ts';
import type { ArtifactsUnderTest } from './artifacts.cases.ts';
import { randomNumbers } from './random-numbers.cases.ts';

/** Flips bits of stored artifacts, one at a time, and puts each back. @returns how many were found when read */
export async function foundBitFlips(
  { open, change }: Pick<ArtifactsUnderTest, 'open' | 'change'>,
  flips: number,
): Promise<number> {
  const draw = randomNumbers(11);
  const store = open();
  const sizes = [1, 64, 1000, 40_000];
  const artifacts = await Promise.all(
    sizes.map((size) => store.put(Uint8Array.from({ length: size }, () => Math.floor(draw() * 256)))),
  );
  let found = 0;
  for (let flip = 0; flip < flips; flip++) {
    const { digest, bytes } = artifacts[flip % artifacts.length];
    const [at, bit] = [Math.floor(draw() * bytes), 1 << Math.floor(draw() * 8)];
    const flipBit = (old: Uint8Array) => {
      const flipped = Uint8Array.from(old);
      flipped[at] ^= bit;
      return flipped;
    };
    await change(digest, flipBit);
    try {
      await store.get(digest);
    } catch (error) {
      if (error instanceof ArtifactError) found += 1;
    }
    await change(digest, flipBit);
  }
  return found;
}

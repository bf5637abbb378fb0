import type { ImageSplit } from '@trainyard/trainer';

/** The pictures that come with the page: see `make-pictures.ts`. */
export interface BuiltInPictures {
  /** From the training split; teaching mixes them in. */
  readonly rehearsal: ImageSplit;
  /** From the test split: no model has learned from them. */
  readonly test: ImageSplit;
}

interface About {
  readonly rehearsal: number;
  readonly test: number;
  readonly height: number;
  readonly width: number;
}

/** @throws RangeError when the file is not as long as it should be */
export function unpackPictures(about: About, bytes: Uint8Array): BuiltInPictures {
  const { rehearsal, test } = about;
  const size = about.height * about.width;
  const count = rehearsal + test;
  if (bytes.length !== count * (size + 1))
    throw new RangeError(
      `pictures.bin: expected ${count * (size + 1)} bytes, got ${bytes.length}; load it again`,
    );
  const part = (from: number, length: number): ImageSplit => ({
    images: bytes.slice(from * size, (from + length) * size),
    labels: Int32Array.from(bytes.subarray(count * size + from, count * size + from + length)),
    length,
  });
  return { rehearsal: part(0, rehearsal), test: part(rehearsal, test) };
}

import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { checksumFile, openBundle } from './bundle.ts';
import { BundleError } from './errors.ts';
import { packBundle, packedSource, unpackBundle } from './packed.ts';

const { files, digest, manifest } = tinyBundle();
const packed = packBundle(files);

describe('a packed bundle', () => {
  test('holds the files as they were, in any order of names', () => {
    expect(unpackBundle(packed)).toEqual(files);
    expect(packBundle(Object.fromEntries(Object.entries(files).reverse()))).toEqual(packed);
    expect(unpackBundle(packBundle({}))).toEqual({});
  });

  test('can lie anywhere in a buffer', () => {
    const shifted = new Uint8Array(packed.length + 7);
    shifted.set(packed, 7);
    expect(unpackBundle(shifted.subarray(7))).toEqual(files);
  });

  test('cut off at any length is refused', () => {
    for (let length = 0; length < packed.length; length += 3)
      expect(() => unpackBundle(packed.slice(0, length)), `${length} bytes`).toThrow(BundleError);
  });

  test('with one byte changed anywhere is refused when it is unpacked or read', async () => {
    const unseen: number[] = [];
    for (let at = 0; at < packed.length; at += 5) {
      const copy = packed.slice();
      copy[at]! ^= 1 << (at % 8);
      try {
        const bundle = await openBundle(packedSource(copy));
        for (const variant of manifest.variants) await bundle.readVariant(variant);
        unseen.push(at);
      } catch (error) {
        expect(error).toBeInstanceOf(BundleError);
      }
    }
    // Only in the name of the checksum file, which is then not found: hence the pinned digest for what matters.
    const name = new TextDecoder('latin1').decode(packed).indexOf(checksumFile);
    expect(unseen.filter((at) => at < name || at >= name + checksumFile.length)).toEqual([]);
    expect((await openBundle(packedSource(packed))).digest).toBe(digest);
  });

  test('takes plain file names alone', () => {
    expect(() => packBundle({ '../x': new Uint8Array(1) })).toThrow(/plain file names, got "\.\.\/x"/);
  });
});

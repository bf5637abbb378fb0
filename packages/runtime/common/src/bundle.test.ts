import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { checksumFile, openBundle } from './bundle.ts';
import { BundleError } from './errors.ts';
import { memorySource } from './source.ts';

const { files, digest, manifest } = tinyBundle();
const full = manifest.variants[0]!;
const { [checksumFile]: _, ...unsigned } = files;

const flip = (bytes: Uint8Array, at: number, bits = 1): Uint8Array => {
  const copy = bytes.slice();
  copy[at]! ^= bits;
  return copy;
};
const open = (changed: Record<string, Uint8Array> = {}, options = {}) =>
  openBundle(memorySource({ ...files, ...changed }), options);

describe('openBundle', () => {
  test('gives the manifest, its digest and the checked models', async () => {
    const bundle = await open({}, { expectedDigest: digest });
    expect(bundle.manifest).toEqual(manifest);
    expect(bundle.digest).toBe(digest);
    expect(await bundle.readVariant(full)).toEqual(files[full.file]);
  });

  test('refuses a manifest with any one byte changed', async () => {
    const bytes = files['manifest.json']!;
    for (let at = 0; at < bytes.length; at++)
      await expect(open({ 'manifest.json': flip(bytes, at) }), `byte ${at}`).rejects.toThrow(BundleError);
  });

  test('refuses it by the pinned digest alone, where a bundle has no checksum file', async () => {
    const bytes = unsigned['manifest.json']!;
    for (let at = 0; at < bytes.length; at += 13) {
      const source = memorySource({ ...unsigned, 'manifest.json': flip(bytes, at) });
      await expect(openBundle(source, { expectedDigest: digest })).rejects.toThrow(/expected digest sha256:/);
    }
    expect((await openBundle(memorySource(unsigned), { expectedDigest: digest })).digest).toBe(digest);
  });

  test('refuses a checksum file with any one byte changed', async () => {
    const bytes = files[checksumFile]!;
    for (let at = 0; at < bytes.length; at++)
      await expect(open({ [checksumFile]: flip(bytes, at) }), `byte ${at}`).rejects.toThrow(BundleError);
  });

  test('refuses a model with any one byte changed, cut off or too long', async () => {
    const bytes = files[full.file]!;
    for (let at = 0; at < bytes.length; at++) {
      const bundle = await open({ [full.file]: flip(bytes, at, 1 << (at % 8)) });
      await expect(bundle.readVariant(full), `byte ${at}`).rejects.toThrow(/full\.onnx: expected digest/);
    }
    for (const length of [0, 1, bytes.length - 1]) {
      const bundle = await open({ [full.file]: bytes.slice(0, length) });
      await expect(bundle.readVariant(full)).rejects.toThrow(`expected ${bytes.length} bytes, got ${length}`);
    }
    const longer = await open({ [full.file]: new Uint8Array([...bytes, 0]) });
    await expect(longer.readVariant(full)).rejects.toThrow(BundleError);
  });

  test('names the file that is missing', async () => {
    await expect(openBundle(memorySource({}, 'flowers'))).rejects.toThrow(
      /flowers: expected a file manifest.json, got only nothing/,
    );
    const { [full.file]: gone, ...rest } = files;
    const bundle = await openBundle(memorySource(rest));
    await expect(bundle.readVariant(full)).rejects.toThrow(/a file full\.onnx, got only manifest\.json/);
  });

  test('takes the SHA-256 of platforms that have no WebCrypto', async () => {
    const { createHash } = await import('node:crypto');
    const sha256 = async (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    expect((await open({}, { sha256, expectedDigest: digest })).digest).toBe(digest);
    const zeros = async () => new Uint8Array(32);
    await expect(open({}, { sha256: zeros })).rejects.toThrow(BundleError);
  });
});

import { BundleError, memorySource, packBundle } from '@trainyard/runtime-common';
import { reactNativeOrt } from '@trainyard/testing/react-native';
import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { loadBundle } from './load-bundle.ts';
import { type BundlePlace, sourceOf } from './place.ts';

const { files, digest } = tinyBundle();
const packed = packBundle(files);
const dataUri = `data:application/octet-stream;base64,${Buffer.from(packed).toString('base64')}`;
const readFile = async (uri: string) => {
  if (uri !== 'file:///cache/tiny.tybundle') throw new Error('no such file');
  return packed;
};

describe('sourceOf', () => {
  test.each<[string, BundlePlace]>([
    ['bytes', packed],
    ['a buffer', packed.slice().buffer],
    ['a source', memorySource(files)],
    ['a data URI', dataUri],
    ['a file URI', 'file:///cache/tiny.tybundle'],
    ['an asset that was downloaded', { uri: 'https://x.y/z', localUri: 'file:///cache/tiny.tybundle' }],
    ['an asset that can be read as it is', { uri: 'file:///cache/tiny.tybundle', localUri: null }],
  ])('takes %s', async (_, place) => {
    const ort = reactNativeOrt();
    const classifier = await loadBundle(place, { ort, readFile, expectedDigest: digest });
    expect(classifier.digest).toBe(digest);
  });

  test('downloads an asset that has no file yet, as on Android', async () => {
    const asset = {
      uri: 'assets_tiny',
      localUri: null as string | null,
      async downloadAsync() {
        asset.localUri = 'file:///cache/tiny.tybundle';
      },
    };
    const source = await sourceOf(asset, { readFile });
    expect(source.name).toBe('tiny.tybundle');
    expect(await source.read('full.onnx')).toEqual(files['full.onnx']);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'the number of an asset',
      7,
      /^loadBundle: expected .*, got the number of an asset; with Expo: loadBundle\(Asset/,
    ],
    ['nothing', undefined, /got undefined/],
    ['null', null, /got object/],
    ['the name of a resource', 'assets_tiny', /^assets_tiny: .* got a name without a scheme/],
    ['a file that is gone', 'file:///gone.tybundle', /^gone\.tybundle: .* got no such file/],
    ['bytes of something else', new Uint8Array(99), /bytes made by packBundle/],
    ['bytes that are cut off', packed.subarray(0, 999), /packed bundle: expected at least/],
    [
      'an asset that can not be downloaded',
      { uri: 'https://x.y/z', downloadAsync: () => Promise.reject('offline') },
      /got offline/,
    ],
  ])('refuses %s with a BundleError', async (_, place, message) => {
    const error = await sourceOf(place as BundlePlace, { readFile }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BundleError);
    expect((error as Error).message).toMatch(message);
  });

  test('ends with the reason of the signal', async () => {
    const reason = new Error('enough');
    await expect(
      loadBundle('file:///cache/tiny.tybundle', {
        ort: reactNativeOrt(),
        readFile,
        signal: AbortSignal.abort(reason),
      }),
    ).rejects.toBe(reason);
  });
});

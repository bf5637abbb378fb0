import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { packBundle } from '@trainyard/runtime-common';
import { nativeHalf } from '@trainyard/testing/react-native';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import sharp, { type Sharp } from 'sharp';
import { build, defaultClientConditions, type Rolldown } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodePicture } from '../decode.ts';
import { makePhone, type Phone } from './phone.cases.ts';
import type { Subject } from './subject.cases.ts';

/** Our package with all it imports as one script, as Metro makes one of it. */
async function bundled(): Promise<string> {
  const entry = fileURLToPath(new URL('subject.cases.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@trainyard/source', ...defaultClientConditions] },
    plugins: [
      {
        name: 'without-node',
        enforce: 'pre',
        resolveId(source) {
          if (isBuiltin(source)) this.error(`a phone has no ${source}`);
        },
      },
    ],
    build: {
      lib: { entry, formats: ['iife'], name: 'bundle' },
      write: false,
      minify: false,
      target: 'es2022',
    },
  });
  return (result as Rolldown.RolldownOutput[])[0]!.output[0].code;
}

const bundle = tinyBundle();
const dataUri = (bytes: Uint8Array): string =>
  `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`;
const packed = packBundle(bundle.files);
const size = 4 * 5 * 3;

let phone: Phone;
let subject: Subject;
beforeAll(async () => {
  const code = await bundled();
  phone = makePhone();
  phone.run(code);
  subject = phone.run('subject') as Subject;
});

describe('where there is only what Hermes and React Native have', () => {
  test('nothing else is there', () => {
    const names = [
      'TextDecoder',
      'crypto',
      'structuredClone',
      'Buffer',
      'process',
      'WebAssembly',
      'document',
    ];
    expect(phone.run(`${JSON.stringify(names)}.filter((name) => name in globalThis)`)).toHaveLength(0);
    expect(phone.run('[typeof [].toSorted, typeof Object.groupBy, typeof AbortSignal.timeout].join()')).toBe(
      'undefined,undefined,undefined',
    );
  });

  test('a bundle loads, on the first provider that is there', async () => {
    const realm = phone.run('globalThis') as typeof globalThis;
    expect(JSON.parse(await subject.load(dataUri(packed), nativeHalf({ realm })))).toEqual([
      bundle.digest,
      'full',
      'xnnpack',
    ]);
  });

  test.each([1, 40])('it gives the exact logits of a batch of %i', async (batch) => {
    const pixels = pixelsOf(batch * size);
    expect([...(await subject.predict([...pixels]))]).toEqual([...bundle.expected(pixels)]);
  });

  test('it classifies pictures', async () => {
    const png = await sharp(pixelsOf(size), { raw: { width: 5, height: 4, channels: 3 } })
      .png()
      .toBuffer();
    const logits = [...bundle.expected(pixelsOf(size))];
    const best = bundle.manifest.labels[logits.indexOf(Math.max(...logits))];
    const [one, two] = JSON.parse(await subject.classify(png.toString('base64')));
    expect([one[0].label, two[0].label, one.length]).toEqual([best, best, 2]);
  });

  test.each<[string, (image: Sharp) => Sharp]>([
    ['PNG', (image) => image.png()],
    ['PNG of a palette', (image) => image.png({ palette: true })],
    ['JPEG', (image) => image.jpeg()],
    [
      'progressive JPEG, lying on its side',
      (image) => image.jpeg({ progressive: true }).withMetadata({ orientation: 6 }),
    ],
  ])('it decodes %s as Node does', async (_, encode) => {
    const image = sharp(pixelsOf(30 * 20 * 3), { raw: { width: 30, height: 20, channels: 3 } });
    const bytes = await encode(image).toBuffer();
    const { data, width, height, channels } = await decodePicture(new Uint8Array(bytes));
    expect(JSON.parse(await subject.decode(bytes.toString('base64')))).toEqual({
      data: [...data],
      width,
      height,
      channels,
    });
  });

  test('a signal that knows no reason ends in an AbortError', async () => {
    expect(await subject.abortName([...pixelsOf(40 * size)])).toBe('AbortError');
  });

  test('what is wrong is a typed error in one line', async () => {
    expect(await subject.failure(dataUri(packed.subarray(0, 99)))).toMatch(
      /^BundleError: data URI: expected /,
    );
    const manifest = bundle.files['manifest.json']!.slice();
    manifest[9] = 0xff;
    expect(
      await subject.failure(dataUri(packBundle({ ...bundle.files, 'manifest.json': manifest }))),
    ).toMatch(
      /^BundleError: data URI, manifest\.json: expected the digest that manifest\.sha256 holds, got sha256:/,
    );
    const { 'manifest.sha256': _, ...rest } = bundle.files;
    expect(await subject.failure(dataUri(packBundle({ ...rest, 'manifest.json': manifest })))).toMatch(
      /^BundleError: manifest\.json: expected JSON in UTF-8, got URI/,
    );
  });
});

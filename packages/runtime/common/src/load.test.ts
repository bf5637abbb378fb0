import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import type { LoadProgress } from './bundle.ts';
import { type LoadOptions, loadClassifier } from './load.ts';
import type { RawPicture } from './picture.ts';
import type { ModelSession } from './session.ts';
import { type BundleSource, memorySource } from './source.ts';

const { files } = tinyBundle();
const size = files['full.onnx']!.length;

function loading(source: BundleSource, options: LoadOptions, whenMade = () => {}) {
  const log: string[] = [];
  const session: ModelSession = {
    provider: 'fake',
    passedOver: [{ provider: 'better', reason: 'not here' }],
    run: () => Promise.reject(new Error('not run')),
    async dispose() {
      log.push('dispose');
    },
  };
  const loaded = loadClassifier<RawPicture, LoadOptions>(source, options, {
    platform: 'node',
    async createSession() {
      log.push('session');
      whenMade();
      return session;
    },
    decode: (picture) => picture,
  });
  return { log, loaded };
}

/** A source that tells of its bytes by thirds. */
const byThirds: BundleSource = {
  name: 'thirds',
  async read(name, { onBytes } = {}) {
    const bytes = files[name]!;
    for (const third of [1, 2, 3]) onBytes?.(Math.floor((bytes.length * third) / 3));
    return bytes;
  },
};

describe('loadClassifier', () => {
  test('tells of bytes as the source does, and once of the end', async () => {
    const seen: LoadProgress[] = [];
    await loading(byThirds, { onProgress: (progress) => seen.push(progress) }).loaded;
    expect(seen.filter(({ file }) => file === 'full.onnx')).toEqual([
      { file: 'full.onnx', bytes: Math.floor(size / 3), total: size },
      { file: 'full.onnx', bytes: Math.floor((size * 2) / 3), total: size },
      { file: 'full.onnx', bytes: size, total: size },
    ]);
    const manifest = seen.filter(({ file }) => file === 'manifest.json');
    expect(manifest.map(({ total }) => total).slice(0, -1)).toEqual([undefined, undefined, undefined]);
    expect(manifest.at(-1)).toEqual({
      file: 'manifest.json',
      bytes: files['manifest.json']!.length,
      total: files['manifest.json']!.length,
    });
  });

  test('says in the log and in the classifier which providers were passed over', async () => {
    const warnings: string[] = [];
    const logger = { info() {}, warn: (message: string) => warnings.push(message) };
    const classifier = await loading(memorySource(files), { logger }).loaded;
    expect(classifier.passedOver).toEqual([{ provider: 'better', reason: 'not here' }]);
    expect(warnings).toEqual(['execution provider better: not here']);
  });

  test('frees the session when the signal came while it was made, or an option is wrong', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const late = loading(memorySource(files), { signal: controller.signal }, () => controller.abort(reason));
    await expect(late.loaded).rejects.toBe(reason);
    expect(late.log).toEqual(['session', 'dispose']);
    const wrong = loading(memorySource(files), { maxBatch: 0 });
    await expect(wrong.loaded).rejects.toThrow(/maxBatch/);
    expect(wrong.log).toEqual(['session', 'dispose']);
  });

  test('stops where signals have no reasons, as in React Native', async () => {
    const signal = { aborted: true } as AbortSignal;
    await expect(loading(memorySource(files), { signal }).loaded).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

import { memorySource, packBundle } from '@trainyard/runtime-common';
import { type NativeHalfOptions, reactNativeOrt } from '@trainyard/testing/react-native';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import type { InferenceSession } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { loadBundle, type ReactNativeOptions } from './load-bundle.ts';

const bundle = tinyBundle();
const size = 4 * 5 * 3;

/** Loads the tiny bundle; what reached the native half is in `arrived`. */
async function load(options: ReactNativeOptions = {}, native: NativeHalfOptions = {}) {
  const arrived: (InferenceSession.SessionOptions | undefined)[] = [];
  const ort = reactNativeOrt({ ...native, onLoad: (given) => arrived.push(given) });
  const warnings: string[] = [];
  const classifier = await loadBundle(memorySource(bundle.files), {
    ort,
    logger: { info() {}, warn: (message) => warnings.push(message) },
    ...options,
  });
  return { classifier, arrived, warnings };
}

describe('execution providers', () => {
  test('arrive at the native half, with what else was set', async () => {
    const { classifier, arrived } = await load({ executionProviders: ['xnnpack'], threads: 2 });
    expect(classifier.provider).toBe('xnnpack');
    expect(arrived).toEqual([
      expect.objectContaining({
        executionProviders: ['xnnpack'],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: 2,
      }),
    ]);
  });

  test('are the CPU where none is named', async () => {
    const { classifier, arrived } = await load();
    expect(classifier.provider).toBe('cpu');
    expect(arrived).toEqual([expect.objectContaining({ executionProviders: ['cpu'] })]);
  });

  test('are tried in their order, and those passed over have their reason', async () => {
    const { classifier, warnings } = await load(
      { executionProviders: ['coreml', 'nnapi', 'xnnpack', 'cpu'] },
      { refusing: { nnapi: 'NNAPI feature level is too low' } },
    );
    expect(classifier.provider).toBe('xnnpack');
    expect(classifier.passedOver).toEqual([
      {
        provider: 'coreml',
        reason: 'coreml: expected a provider of this build, got none; it has cpu, xnnpack, nnapi',
      },
      {
        provider: 'nnapi',
        reason: 'loading on nnapi: expected a session, got NNAPI feature level is too low',
      },
    ]);
    expect(warnings).toHaveLength(2);
    expect(await classifier.predict(pixelsOf(size))).toEqual(bundle.expected(pixelsOf(size)));
  });

  test('that all fail are a ProviderError with each reason', async () => {
    await expect(
      load({ executionProviders: ['nnapi', 'qnn'] }, { refusing: { nnapi: 'no' } }),
    ).rejects.toMatchObject({
      name: 'ProviderError',
      message: expect.stringMatching(
        /one of the providers nnapi, qnn, got nnapi: .*no \| qnn: .*; add cpu to/,
      ),
    });
  });

  test('of a newer version are given the bytes as they are', async () => {
    const { InferenceSession: real, ...rest } = reactNativeOrt();
    const offsets: unknown[] = [];
    const ort = {
      ...rest,
      env: { versions: { 'react-native': '1.25.0' } },
      InferenceSession: {
        create(model: Uint8Array, options?: InferenceSession.SessionOptions) {
          offsets.push(model.byteOffset);
          return real.create(model, options);
        },
      },
    };
    await load({ ort });
    expect(offsets).toEqual([0]);
  });
});

describe('buffers', () => {
  test('hold nothing but the model, and nothing but the pixels', async () => {
    const native = reactNativeOrt();
    const lengths: number[] = [];
    const ort = {
      ...native,
      InferenceSession: {
        create(model: Uint8Array, options?: InferenceSession.SessionOptions) {
          lengths.push(model.buffer.byteLength);
          return native.InferenceSession.create(model, options);
        },
      },
    };
    const classifier = await loadBundle(packBundle(bundle.files), { ort });
    expect(lengths).toEqual([bundle.files['full.onnx']!.length]);
    const long = pixelsOf(5 * size);
    const part = long.subarray(2 * size, 4 * size);
    expect(await classifier.predict(part)).toEqual(bundle.expected(part));
    // The first of a longer buffer too: the native half would take no more than it needs, but it is one rule.
    expect(await classifier.predict(long.subarray(0, size))).toEqual(bundle.expected(long.subarray(0, size)));
    expect(long).toEqual(pixelsOf(5 * size));
  });

  test('of the caller keep what they hold, and their byteOffset', async () => {
    const model = bundle.files['full.onnx']!;
    const before = model.slice();
    await load();
    expect(model).toEqual(before);
    expect(typeof model.byteOffset).toBe('number');
  });
});

import { describe, expect, test } from 'vitest';
import { BundleError, MemoryError, ProviderError } from './errors.ts';
import { failureOf, firstProvider } from './providers.ts';
import type { ModelSession } from './session.ts';

const signature = {
  input: { name: 'x', dtype: 'uint8', layout: 'NHWC', height: 2, width: 3, channels: 1, resize: 'stretch' },
} as const;

/** Creates sessions that fail as told; `log` says what was done. */
function making(failures: Record<string, { create?: Error; run?: Error }>) {
  const log: string[] = [];
  const create = async (provider: string): Promise<ModelSession> => {
    log.push(`create ${provider}`);
    const failure = failures[provider];
    if (failure?.create) throw failure.create;
    return {
      provider,
      async run(pixels, batch) {
        log.push(`run ${provider} ${pixels.length} ${batch}`);
        if (failure?.run) throw failure.run;
        return new Float32Array(1);
      },
      async dispose() {
        log.push(`dispose ${provider}`);
      },
    };
  };
  return { log, create };
}

describe('firstProvider', () => {
  test('takes the first that works, and keeps the reason for each before it', async () => {
    const { log, create } = making({ a: { create: new Error('no a') }, b: { run: new Error('b\nfails') } });
    const session = await firstProvider(
      { providers: ['a', 'b', 'c', 'd'], fallback: 'd' },
      signature,
      create,
    );
    expect(session.provider).toBe('c');
    expect(session.passedOver).toEqual([
      { provider: 'a', reason: 'no a' },
      { provider: 'b', reason: 'b fails' },
    ]);
    expect(log).toEqual(['create a', 'create b', 'run b 6 1', 'dispose b', 'create c', 'run c 6 1']);
  });

  test('does not try out the last, behind which nothing stands', async () => {
    const { log, create } = making({});
    await firstProvider({ providers: ['a'], fallback: 'a' }, signature, create);
    expect(log).toEqual(['create a']);
  });

  test.each([
    [['a', 'b'], 'b', 'a: no a | b: no b; check the model in ONNX Runtime'],
    [['a'], 'b', 'a: no a; add b to the executionProviders'],
    [[], 'b', 'nothing to try; add b to the executionProviders'],
  ])('says why none of %j would do', async (providers, fallback, message) => {
    const { create } = making({ a: { create: new Error('no a') }, b: { create: new Error('no b') } });
    const refused = firstProvider({ providers, fallback }, signature, create);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(ProviderError);
  });

  test('says that memory ran out when the last had none', async () => {
    const { create } = making({
      a: { create: new Error('no a') },
      b: { create: new Error('std::bad_alloc') },
    });
    const refused = firstProvider({ providers: ['a', 'b'], fallback: 'b' }, signature, create);
    await expect(refused).rejects.toBeInstanceOf(MemoryError);
    await expect(refused).rejects.toThrow(/take a smaller variant$/);
  });

  test('goes on to no other when the model is not what the manifest says, or at a signal', async () => {
    const broken = new BundleError('model', 'one input', 'two');
    const { log, create } = making({ a: { run: broken } });
    await expect(firstProvider({ providers: ['a', 'b'], fallback: 'b' }, signature, create)).rejects.toBe(
      broken,
    );
    expect(log).toEqual(['create a', 'run a 6 1', 'dispose a']);
    const signal = AbortSignal.abort(new Error('enough'));
    const stopped = firstProvider({ providers: ['a'], fallback: 'a', signal }, signature, create);
    await expect(stopped).rejects.toThrow('enough');
  });
});

test.each([
  ['Failed to allocate memory for requested buffer of size 4398046511104', MemoryError],
  ['std::bad_alloc', MemoryError],
  ['Array buffer allocation failed', MemoryError],
  ['WebAssembly.Memory(): could not allocate memory', MemoryError],
  ['[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Tensor shape is too large', MemoryError],
  ['Aborted(OOM). Build with -sASSERTIONS for more info.', MemoryError],
  ['Got invalid dimensions for input: pixels', ProviderError],
])('what a run threw, %j, is of a class of its own', (message, Expected) => {
  const cause = new Error(`${message}\nmore`);
  const failure = failureOf('run on cpu', 'a result', cause);
  expect(failure).toBeInstanceOf(Expected);
  expect(failure.cause).toBe(cause);
  expect(failure.message).toContain(`run on cpu: expected a result, got ${message} more`);
  expect(failureOf('elsewhere', 'something', failure)).toBe(failure);
});

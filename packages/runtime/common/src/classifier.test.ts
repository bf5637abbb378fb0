import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { type ClassifierOptions, createClassifier } from './classifier.ts';
import { DisposedError, PictureError } from './errors.ts';
import type { RawPicture } from './picture.ts';
import type { ModelSession } from './session.ts';

const bundle = tinyBundle({ height: 1, width: 1, channels: 1, labels: ['a', 'b'] });
const pixel = (value: number): RawPicture => ({
  data: new Uint8Array([value]),
  width: 1,
  height: 1,
  channels: 1,
});

/** A session whose runs end when they are told to; the logits of a pixel p are [p, -p]. */
function fake(concurrency = 1) {
  const log: string[] = [];
  const waiting: { end(): void; fail(error: Error): void }[] = [];
  const session: ModelSession = {
    provider: 'fake',
    concurrency,
    run(pixels, batch) {
      const copy = pixels.slice();
      log.push(`run ${copy}`);
      return new Promise((resolve, reject) => {
        waiting.push({
          end: () =>
            resolve(Float32Array.from({ length: 2 * batch }, (_, i) => (i % 2 ? -1 : 1) * copy[i >> 1]!)),
          fail: reject,
        });
      });
    },
    async dispose() {
      log.push('dispose');
    },
  };
  return { session, log, waiting };
}

const classifierOf = (session: ModelSession, options: ClassifierOptions = {}) =>
  createClassifier<RawPicture>(
    { bundle, variant: bundle.manifest.variants[0]!, session, decode: (picture) => picture },
    options,
  );
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('createClassifier', () => {
  test('spreads the parts of a long batch over what the session runs at once, and keeps their order', async () => {
    const { session, log, waiting } = fake(2);
    const result = classifierOf(session, { maxBatch: 2 }).predict(new Uint8Array([1, 2, 3, 4, 5]));
    await turn();
    expect(log).toEqual(['run 1,2', 'run 3,4']);
    waiting[1]!.end();
    await turn();
    expect(log).toEqual(['run 1,2', 'run 3,4', 'run 5']);
    waiting[2]!.end();
    waiting[0]!.end();
    expect([...(await result)]).toEqual([1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
  });

  test('begins no further part after one has failed', async () => {
    const { session, log, waiting } = fake(2);
    const result = classifierOf(session, { maxBatch: 1 }).predict(new Uint8Array(9));
    await turn();
    const failed = expect(result).rejects.toThrow('broken');
    waiting[0]!.fail(new Error('broken'));
    await failed;
    waiting[1]!.end();
    await turn();
    expect(log).toHaveLength(2);
  });

  test('frees the model when the runs under way have ended, not before', async () => {
    const { session, log, waiting } = fake();
    const classifier = classifierOf(session);
    const running = classifier.classify(pixel(7), { top: 1 });
    await turn();
    const gone = classifier.dispose();
    expect(classifier.dispose()).toBe(gone);
    await turn();
    expect(log).toEqual(['run 7']);
    waiting[0]!.end();
    expect((await running)[0]?.label).toBe('a');
    await gone;
    expect(log).toEqual(['run 7', 'dispose']);
  });

  test('frees the model when the run under way fails', async () => {
    const { session, log, waiting } = fake();
    const classifier = classifierOf(session);
    const failed = expect(classifier.predict(new Uint8Array(1))).rejects.toThrow('broken');
    await turn();
    const gone = classifier.dispose();
    waiting[0]!.fail(new Error('broken'));
    await Promise.all([failed, gone]);
    expect(log.at(-1)).toBe('dispose');
  });

  test('a picture that is still being decoded when the classifier goes is refused', async () => {
    const { session, log } = fake();
    const classifier = createClassifier<RawPicture>({
      bundle,
      variant: bundle.manifest.variants[0]!,
      session,
      decode: async (picture) => {
        await turn();
        return picture;
      },
    });
    const refused = expect(classifier.classify(pixel(1))).rejects.toThrow(DisposedError);
    await classifier.dispose();
    await refused;
    expect(log).toEqual(['dispose']);
  });

  test('drops the result of a run that was aborted meanwhile', async () => {
    const { session, waiting } = fake();
    const controller = new AbortController();
    const refused = expect(
      classifierOf(session).predict(new Uint8Array(1), { signal: controller.signal }),
    ).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    waiting[0]!.end();
    await refused;
  });

  test('counts the time of runs that failed nowhere', async () => {
    const { session, waiting } = fake();
    const classifier = classifierOf(session);
    const failed = expect(classifier.predict(new Uint8Array(1))).rejects.toThrow('broken');
    waiting[0]!.fail(new Error('broken'));
    await failed;
    expect(classifier.latency().runs).toBe(0);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d as the number of labels', async (top) => {
    const { session, log } = fake();
    await expect(classifierOf(session).classify(pixel(1), { top })).rejects.toThrow(PictureError);
    expect(log).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %d as maxBatch', (maxBatch) => {
    expect(() => classifierOf(fake().session, { maxBatch })).toThrow(/at least 1 as `maxBatch`/);
  });
});

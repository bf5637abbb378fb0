import { DisposedError, PictureError } from '@trainyard/runtime-common';
import { pixelsOf } from '../tiny-bundle.ts';
import { equal, rejects, truthy } from './check.ts';
import type { Fixture, RuntimeCase } from './fixture.ts';

/** Refusals, abort, hooks, warming up and the end. */
export const lifetime = ({ bundle, size, picture, shared, open, events }: Fixture): RuntimeCase[] => [
  {
    name: 'refuses pictures and pixels that do not fit, and works on',
    async run() {
      const classifier = await shared();
      const notPixels = [1, 2, 3] as unknown as Uint8Array;
      const floats = new Float32Array(size) as unknown as Uint8Array;
      for (const pixels of [new Uint8Array(size - 1), new Uint8Array(0), notPixels, floats])
        await rejects(classifier.predict(pixels), PictureError);
      const { width } = picture();
      await rejects(classifier.classify({ ...picture(), width: width + 1 }), PictureError);
      await rejects(
        classifier.classify({ ...picture(), data: floats }),
        /expected data in a Uint8Array, got Float32Array/,
      );
      await rejects(classifier.classify([picture(), { ...picture(), height: 0 }]), PictureError);
      await rejects(classifier.classify({ ...picture(), channels: 2 as 3 }), PictureError);
      for (const top of [0, -1, 1.5]) await rejects(classifier.classify(picture(), { top }), PictureError);
      equal((await classifier.predict(picture().data)).length, 3);
    },
  },
  {
    name: 'stops at the signal with its reason, and works on',
    async run() {
      const classifier = await shared();
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await rejects(classifier.predict(pixelsOf(size), { signal }), reason);
      await rejects(classifier.classify(picture(), { signal }), reason);
      const controller = new AbortController();
      const running = classifier.predict(pixelsOf(50 * size), { signal: controller.signal });
      controller.abort(reason);
      await rejects(running, reason);
      const pixels = pixelsOf(size);
      equal(await classifier.predict(pixels), bundle.expected(pixels));
    },
  },
  {
    name: 'outlives a storm of aborts: each call ends as its own signal says',
    async run() {
      const classifier = await shared();
      const calls = Array.from({ length: 60 }, (_, i) => {
        const controller = new AbortController();
        const pixels = pixelsOf(((i % 4) + 1) * size, i);
        const result = classifier.predict(pixels, { signal: controller.signal });
        return { controller, pixels, result, reason: new Error(`call ${i}`), aborted: i % 3 !== 0 };
      });
      for (const { controller, reason, aborted } of calls) if (aborted) controller.abort(reason);
      await Promise.all(
        calls.map(async ({ result, reason, pixels, aborted }) =>
          aborted ? rejects(result, reason) : equal(await result, bundle.expected(pixels)),
        ),
      );
    },
  },
  {
    name: 'counts runs, without those that warm up, and tells the hook of both',
    async run() {
      const classifier = await shared();
      const before = classifier.latency();
      await classifier.warmup([1, 4]);
      equal(classifier.latency(), before);
      await classifier.predict(pixelsOf(2 * size));
      const { runs, pictures, p50, p95, max } = classifier.latency();
      equal([runs, pictures], [before.runs + 1, before.pictures + 2]);
      truthy(p50 <= p95 && p95 <= max, `p50, p95 and max in order, got ${p50}, ${p95}, ${max}`);
      equal(
        // Parts of a batch may run at once, and end in any order.
        events.map(({ batch, warmup }) => `${warmup ? 'warm-up' : 'run'} of ${batch}`).sort(),
        ['run of 2', 'warm-up of 1', 'warm-up of 1', 'warm-up of 3'],
      );
      for (const { variant, provider, milliseconds } of events) {
        equal([variant, provider], ['full', classifier.provider]);
        truthy(milliseconds >= 0, 'the time of a run');
      }
    },
  },
  {
    name: 'is not disturbed by a hook that throws',
    async run() {
      const warnings: string[] = [];
      const classifier = await open({
        logger: { info() {}, warn: (message) => warnings.push(message) },
        onRun() {
          throw new Error('a bad hook');
        },
      });
      equal((await classifier.predict(pixelsOf(size))).length, 3);
      truthy(warnings.join().includes('a bad hook'), 'a warning of the hook');
    },
  },
  {
    name: 'can be disposed of twice, and says so when it is used after',
    async run() {
      const classifier = await open();
      await Promise.all([classifier.dispose(), classifier.dispose()]);
      await classifier.dispose();
      await rejects(classifier.predict(pixelsOf(size)), DisposedError);
      await rejects(classifier.classify(picture()), DisposedError);
      await rejects(classifier.warmup(), DisposedError);
    },
  },
  {
    name: 'ends the run under way when it is disposed of, and refuses the rest',
    async run() {
      const classifier = await open({ maxBatch: 1 });
      const one = classifier.predict(pixelsOf(size));
      const refused = rejects(classifier.predict(pixelsOf(50 * size)), DisposedError);
      await classifier.dispose();
      equal(await one, bundle.expected(pixelsOf(size)));
      await refused;
    },
  },
];

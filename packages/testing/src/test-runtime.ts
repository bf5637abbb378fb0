import {
  BundleError,
  type Classifier,
  DisposedError,
  type LoadOptions,
  PictureError,
  type RawPicture,
  type RunEvent,
  VariantError,
} from '@trainyard/runtime-common';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type TinyBundle, tinyBundle } from './tiny-bundle.ts';

/** What the suite needs of a runtime: how it loads a bundle whose files are given. */
export interface RuntimeUnderTest {
  readonly name: string;
  load(files: TinyBundle['files'], options: LoadOptions): Promise<Classifier>;
}

/** Pixels that look random and are the same everywhere. */
export function pixelsOf(length: number, seed = 1): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** The conformance suite: what a runtime must do, on whatever platform it runs. */
export function testRuntime({ name, load }: RuntimeUnderTest): void {
  const bundle = tinyBundle();
  const { height, width, channels } = bundle.manifest.input;
  const size = height * width * channels;
  const picture = (seed = 1): RawPicture => ({ data: pixelsOf(size, seed), height, width, channels });
  const events: RunEvent[] = [];
  const loaded: Classifier[] = [];
  let common: Promise<Classifier> | undefined;
  /** One for all tests that need nothing special: loading can be slow. Batches of at most 3. */
  const shared = (): Promise<Classifier> => {
    events.length = 0;
    common ??= load(bundle.files, { maxBatch: 3, onRun: (event) => events.push(event) });
    return common;
  };
  const open = async (options: LoadOptions = {}, files = bundle.files): Promise<Classifier> => {
    const classifier = await load(files, options);
    loaded.push(classifier);
    return classifier;
  };
  afterEach(async () => {
    await Promise.all(loaded.splice(0).map((classifier) => classifier.dispose()));
  });
  afterAll(async () => {
    await (await common)?.dispose();
  });

  describe(`runtime: ${name}`, () => {
    test('says what it loaded', async () => {
      const classifier = await shared();
      expect(classifier.manifest).toEqual(bundle.manifest);
      expect(classifier.variant.name).toBe('full');
      expect(classifier.digest).toBe(bundle.digest);
      expect(classifier.provider).not.toBe('');
    });

    test.each([1, 2, 7])('gives the exact logits of a batch of %i', async (batch) => {
      const classifier = await shared();
      const pixels = pixelsOf(batch * size);
      expect(await classifier.predict(pixels)).toEqual(bundle.expected(pixels));
    });

    test('splits a batch longer than maxBatch, and changes nothing by it', async () => {
      const classifier = await shared();
      const pixels = pixelsOf(8 * size);
      expect(await classifier.predict(pixels)).toEqual(bundle.expected(pixels));
      expect(events.map(({ batch }) => batch).sort()).toEqual([2, 3, 3]);
    });

    test('leaves the pixels as they were', async () => {
      const classifier = await shared();
      const pixels = pixelsOf(2 * size);
      await classifier.predict(pixels);
      expect(pixels).toEqual(pixelsOf(2 * size));
    });

    test('reads pixels that are a part of a longer buffer', async () => {
      const classifier = await shared();
      const pixels = pixelsOf(3 * size);
      const part = new Uint8ClampedArray(pixels.buffer, size, size);
      expect(await classifier.predict(part)).toEqual(bundle.expected(pixels.slice(size, 2 * size)));
    });

    test('classifies one picture: labels in order, probabilities that sum to one', async () => {
      const classifier = await shared();
      const logits = [...bundle.expected(picture().data as Uint8Array)];
      const classes = await classifier.classify(picture());
      expect(classes.map(({ index }) => index)).toEqual(
        logits.map((_, i) => i).sort((a, b) => logits[b]! - logits[a]!),
      );
      for (const { label, index } of classes) expect(label).toBe(bundle.manifest.labels[index]);
      expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
      expect(await classifier.classify(picture(), { top: 1 })).toEqual(classes.slice(0, 1));
    });

    test('classifies many pictures as it does each alone', async () => {
      const classifier = await shared();
      const pictures = [1, 2, 3, 4, 5].map(picture);
      const alone = [];
      for (const one of pictures) alone.push(await classifier.classify(one));
      expect(await classifier.classify(pictures)).toEqual(alone);
      expect(await classifier.classify([])).toEqual([]);
    });

    test('brings pictures of another size and kind to the input', async () => {
      const classifier = await shared();
      const gray: RawPicture = { data: new Uint8Array(100).fill(7), width: 10, height: 10, channels: 1 };
      const same: RawPicture = { ...picture(), data: new Uint8Array(size).fill(7) };
      expect(await classifier.classify(gray)).toEqual(await classifier.classify(same));
    });

    test('refuses pictures and pixels that do not fit', async () => {
      const classifier = await shared();
      await expect(classifier.predict(new Uint8Array(size - 1))).rejects.toThrow(PictureError);
      await expect(classifier.predict(new Uint8Array(0))).rejects.toThrow(PictureError);
      await expect(classifier.predict([1, 2, 3] as unknown as Uint8Array)).rejects.toThrow(PictureError);
      await expect(classifier.classify({ ...picture(), width: width + 1 })).rejects.toThrow(PictureError);
      await expect(
        classifier.classify({ ...picture(), data: new Float32Array(size) as unknown as Uint8Array }),
      ).rejects.toThrow(/expected data in a Uint8Array, got Float32Array/);
      await expect(classifier.classify([picture(), { ...picture(), height: 0 }])).rejects.toThrow(
        PictureError,
      );
      expect(await classifier.predict(picture().data)).toHaveLength(3);
    });

    test('loads the variant that is named, and lists the names for one that is not there', async () => {
      const classifier = await open({ variant: 'half', expectedDigest: bundle.digest });
      const pixels = pixelsOf(size);
      expect(await classifier.predict(pixels)).toEqual(bundle.expected(pixels).map((logit) => logit / 2));
      await expect(open({ variant: 'int8' })).rejects.toThrow(/full, half, got "int8"/);
      await expect(open({ maxBytes: 10 })).rejects.toThrow(VariantError);
    });

    test('refuses a bundle of which a byte was changed, cut off or missing', async () => {
      for (const file of ['manifest.json', 'manifest.sha256', 'full.onnx']) {
        const bytes = bundle.files[file]!;
        const flipped = bytes.slice();
        flipped[bytes.length >> 1]! ^= 1;
        await expect(open({}, { ...bundle.files, [file]: flipped }), file).rejects.toThrow(BundleError);
        await expect(open({}, { ...bundle.files, [file]: bytes.slice(0, -1) }), file).rejects.toThrow(
          BundleError,
        );
      }
      const { 'full.onnx': _, ...rest } = bundle.files;
      await expect(open({}, rest)).rejects.toThrow(/full\.onnx/);
      await expect(open({ expectedDigest: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(BundleError);
    });

    test('answers calls made at once, each with its own', async () => {
      const classifier = await shared();
      const batches = [1, 2, 3, 4, 5, 6].map((seed) => pixelsOf(seed * size, seed));
      const results = await Promise.all(batches.map((pixels) => classifier.predict(pixels)));
      expect(results).toEqual(batches.map(bundle.expected));
    });

    test('stops at the signal with its reason, and works on', async () => {
      const classifier = await shared();
      const reason = new Error('enough');
      await expect(classifier.predict(pixelsOf(size), { signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      );
      const controller = new AbortController();
      const running = classifier.predict(pixelsOf(50 * size), { signal: controller.signal });
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      const pixels = pixelsOf(size);
      expect(await classifier.predict(pixels)).toEqual(bundle.expected(pixels));
    });

    test('counts runs, without those that warm up, and tells the hook of both', async () => {
      const classifier = await shared();
      const { runs, pictures } = classifier.latency();
      await classifier.warmup([1, 4]);
      expect(classifier.latency()).toMatchObject({ runs, pictures });
      await classifier.predict(pixelsOf(2 * size));
      expect(classifier.latency()).toMatchObject({ runs: runs + 1, pictures: pictures + 2 });
      expect(events.map(({ batch, warmup }) => [batch, warmup])).toEqual([
        [1, true],
        [4, true],
        [2, false],
      ]);
    });

    test('is not disturbed by a hook that throws', async () => {
      const warnings: string[] = [];
      const classifier = await open({
        logger: { info() {}, warn: (message) => warnings.push(message) },
        onRun() {
          throw new Error('a bad hook');
        },
      });
      expect(await classifier.predict(pixelsOf(size))).toHaveLength(3);
      expect(warnings.join()).toContain('a bad hook');
    });

    test('can be disposed of twice, and says so when it is used after', async () => {
      const classifier = await open();
      await Promise.all([classifier.dispose(), classifier.dispose()]);
      await classifier.dispose();
      await expect(classifier.predict(pixelsOf(size))).rejects.toThrow(DisposedError);
      await expect(classifier.classify(picture())).rejects.toThrow(DisposedError);
      await expect(classifier.warmup()).rejects.toThrow(DisposedError);
    });

    test('ends the run under way when it is disposed of, and refuses the rest', async () => {
      const classifier = await open({ maxBatch: 1 });
      const one = classifier.predict(pixelsOf(size));
      const many = classifier.predict(pixelsOf(50 * size));
      const refused = expect(many).rejects.toThrow(DisposedError);
      await classifier.dispose();
      expect(await one).toEqual(bundle.expected(pixelsOf(size)));
      await refused;
    });
  });
}

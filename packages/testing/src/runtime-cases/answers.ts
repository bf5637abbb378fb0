import type { RawPicture } from '@trainyard/runtime-common';
import { pixelsOf } from '../tiny-bundle.ts';
import { equal, truthy } from './check.ts';
import type { Fixture, RuntimeCase } from './fixture.ts';

/** The numbers and labels that come out, whatever the form of what goes in. */
export const answers = ({ bundle, size, picture, shared, open, events }: Fixture): RuntimeCase[] => [
  {
    name: 'says what it loaded',
    async run() {
      const classifier = await shared();
      equal(classifier.manifest, bundle.manifest);
      equal(classifier.variant.name, 'full');
      equal(classifier.digest, bundle.digest);
      truthy(classifier.provider !== '', 'the name of the provider');
      for (const { provider, reason } of classifier.passedOver)
        truthy(provider !== classifier.provider && reason !== '', 'a reason for each provider not taken');
    },
  },
  ...[1, 2, 7].map((batch) => ({
    name: `gives the exact logits of a batch of ${batch}`,
    async run() {
      const pixels = pixelsOf(batch * size);
      equal(await (await shared()).predict(pixels), bundle.expected(pixels));
    },
  })),
  {
    name: 'splits a batch longer than maxBatch, and changes nothing by it',
    async run() {
      const pixels = pixelsOf(8 * size);
      equal(await (await shared()).predict(pixels), bundle.expected(pixels));
      equal(events.map(({ batch }) => batch).sort(), [2, 3, 3]);
    },
  },
  {
    name: 'leaves the pixels as they were',
    async run() {
      const pixels = pixelsOf(2 * size);
      await (await shared()).predict(pixels);
      equal(pixels, pixelsOf(2 * size));
    },
  },
  {
    name: 'gives results that later runs leave as they are',
    async run() {
      const classifier = await shared();
      const first = await classifier.predict(pixelsOf(size, 1));
      await classifier.predict(pixelsOf(size, 2));
      equal(first, bundle.expected(pixelsOf(size, 1)));
    },
  },
  {
    name: 'reads pixels that are a part of a longer buffer',
    async run() {
      const pixels = pixelsOf(3 * size);
      const part = new Uint8ClampedArray(pixels.buffer, size, size);
      equal(await (await shared()).predict(part), bundle.expected(pixels.slice(size, 2 * size)));
    },
  },
  {
    name: 'reads pixels in memory that threads share, where there is such memory',
    async run() {
      if (typeof SharedArrayBuffer === 'undefined') return;
      const classifier = await shared();
      const memory = new Uint8Array(new SharedArrayBuffer(2 * size));
      memory.set(pixelsOf(2 * size));
      equal(await classifier.predict(memory), bundle.expected(pixelsOf(2 * size)));
      const one = picture();
      const same = new Uint8Array(new SharedArrayBuffer(size));
      same.set(one.data);
      equal(await classifier.classify({ ...one, data: same }), await classifier.classify(one));
    },
  },
  {
    name: 'classifies one picture: labels in order, probabilities that sum to one',
    async run() {
      const classifier = await shared();
      const logits = [...bundle.expected(picture().data as Uint8Array)];
      const classes = await classifier.classify(picture());
      equal(
        classes.map(({ index }) => index),
        logits.map((_, i) => i).sort((a, b) => logits[b]! - logits[a]!),
      );
      for (const { label, index } of classes) equal(label, bundle.manifest.labels[index]);
      const sum = classes.reduce((total, { probability }) => total + probability, 0);
      truthy(Math.abs(sum - 1) < 1e-12, `probabilities that sum to 1, got ${sum}`);
      equal(await classifier.classify(picture(), { top: 1 }), classes.slice(0, 1));
    },
  },
  {
    name: 'classifies many pictures as it does each alone',
    async run() {
      const classifier = await shared();
      const pictures = [1, 2, 3, 4, 5].map(picture);
      const alone = [];
      for (const one of pictures) alone.push(await classifier.classify(one));
      equal(await classifier.classify(pictures), alone);
      equal(await classifier.classify([]), []);
    },
  },
  {
    name: 'brings pictures of another size and kind to the input',
    async run() {
      const classifier = await shared();
      const gray: RawPicture = { data: new Uint8Array(100).fill(7), width: 10, height: 10, channels: 1 };
      const same: RawPicture = { ...picture(), data: new Uint8Array(size).fill(7) };
      equal(await classifier.classify(gray), await classifier.classify(same));
    },
  },
  {
    name: 'answers calls made at once, each with its own',
    async run() {
      const classifier = await shared();
      const batches = [1, 2, 3, 4, 5, 6].map((seed) => pixelsOf(seed * size, seed));
      const results = await Promise.all(batches.map((pixels) => classifier.predict(pixels)));
      equal(results, batches.map(bundle.expected));
    },
  },
  {
    name: 'keeps two that are loaded and run at once apart',
    async run() {
      const [full, half] = await Promise.all([open({ variant: 'full' }), open({ variant: 'half' })]);
      const batches = [1, 2, 3, 4].map((seed) => pixelsOf(seed * size, seed));
      const results = await Promise.all(
        batches.flatMap((pixels) => [full.predict(pixels), half.predict(pixels)]),
      );
      equal(
        results,
        batches.flatMap((pixels) => {
          const logits = bundle.expected(pixels);
          return [logits, logits.map((logit) => logit / 2)];
        }),
      );
      await full.dispose();
      equal(
        await half.predict(batches[0]!),
        bundle.expected(batches[0]!).map((logit) => logit / 2),
      );
    },
  },
];

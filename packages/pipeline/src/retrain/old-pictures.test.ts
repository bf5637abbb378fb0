import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TrainedOn, withOldPictures } from './old-pictures.ts';
import {
  classes,
  datasetOf,
  digest,
  imageShape,
  type Picture,
  picturesOf,
  splitOf,
} from './tiny-dataset.cases.ts';

const trainedOn = (train: readonly Picture[], more: Partial<TrainedOn> = {}): TrainedOn => ({
  classes,
  imageShape,
  train: splitOf(train),
  segments: [{ dataset: digest('a'), source: 'before', pictures: train.length }],
  ...more,
});
const all = { keep: 'all', weight: 1, seed: 1 } as const;

describe('old pictures', () => {
  test('come before the current ones; one of both counts once, with its label of now', () => {
    const current = datasetOf(
      [
        [1, 0],
        [2, 1],
      ],
      [[9, 2]],
    );
    const { dataset, segments, old } = withOldPictures(
      current,
      trainedOn([
        [7, 2],
        [2, 0],
        [9, 1],
        [5, 1],
      ]),
      all,
    );
    expect(picturesOf(dataset.train)).toEqual([
      [7, 2],
      [5, 1],
      [1, 0],
      [2, 1],
    ]);
    expect(dataset.test).toBe(current.test);
    expect(old).toEqual({ kept: 2, current: 1, test: 1, weight: 0, window: 0 });
    expect(segments).toEqual([
      { dataset: digest('a'), source: 'before', pictures: 2 },
      { dataset: digest('c'), source: 'now', pictures: 2 },
    ]);
    expect(dataset.digest).not.toBe(current.digest);
  });

  test('a window takes the newest of them, and never cuts the current ones', () => {
    const current = datasetOf(
      [
        [1, 0],
        [2, 1],
      ],
      [[9, 2]],
    );
    const older = { dataset: digest('a'), source: 'long ago', pictures: 2 };
    const newer = { dataset: digest('b'), source: 'before', pictures: 2 };
    const before = trainedOn(
      [
        [5, 0],
        [6, 0],
        [7, 0],
        [8, 0],
      ],
      { segments: [older, newer] },
    );
    const window = (newest: number) => withOldPictures(current, before, { ...all, keep: { newest } });
    expect(picturesOf(window(5).dataset.train).map(([pixel]) => pixel)).toEqual([6, 7, 8, 1, 2]);
    expect(window(5).segments.map(({ source, pictures }) => [source, pictures])).toEqual([
      ['long ago', 1],
      ['before', 2],
      ['now', 2],
    ]);
    expect(window(3).segments.map(({ source }) => source)).toEqual(['before', 'now']);
    expect(picturesOf(window(1).dataset.train)).toEqual(picturesOf(current.train));
    expect(window(1).old).toMatchObject({ kept: 0, window: 4 });
  });

  test('classes go by their names', () => {
    const before = trainedOn(
      [
        [7, 0],
        [8, 1],
      ],
      { classes: ['c', 'a'] },
    );
    const { dataset } = withOldPictures(datasetOf([[1, 0]], [[9, 2]]), before, all);
    expect(picturesOf(dataset.train)).toEqual([
      [7, 2],
      [8, 0],
      [1, 0],
    ]);
  });

  test('of a class that is gone, or of another size, are an error that says what to do', () => {
    const current = datasetOf([[1, 0]], [[9, 2]]);
    const gone = trainedOn([[7, 0]], { classes: ['z'] });
    expect(() => withOldPictures(current, gone, all)).toThrow(
      "tiny, old pictures: expected classes of a, b, c, got pictures of z as well; train afresh: retrain.data.keep 'current'",
    );
    const tall = trainedOn([[7, 0]], { imageShape: [2, 1, 1] });
    expect(() => withOldPictures(current, tall, all)).toThrow('expected pictures of 1×2×1, got 2×1×1');
  });
});

describe('old pictures, whatever they are', () => {
  const picture = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2 }));
  const pictures = fc.array(picture, { minLength: 1, maxLength: 40 });
  const input = fc.record({
    train: pictures,
    test: pictures,
    before: pictures,
    weight: fc.constantFrom(0, 0.3, 1),
    newest: fc.option(fc.integer({ min: 1, max: 60 })),
    seed: fc.nat(1000),
  });
  interface Merged {
    readonly train: Picture[];
    readonly test: Picture[];
    readonly before: Picture[];
    readonly weight: number;
    readonly newest: number | null;
    readonly seed: number;
  }
  const merge = ({ train, test, before, weight, newest, seed }: Merged) =>
    withOldPictures(datasetOf(train, test), trainedOn(before), {
      keep: newest === null ? 'all' : { newest },
      weight,
      seed,
    });

  test('counts agree, the order stays, and nothing of the test split gets in', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { dataset, segments, old } = merge(given);
        const trained = picturesOf(dataset.train);
        const kept = trained.slice(0, old.kept);
        expect(trained.slice(old.kept)).toEqual(given.train);
        expect(old.kept + old.current + old.test + old.weight + old.window).toBe(given.before.length);
        expect(segments.reduce((sum, { pictures }) => sum + pictures, 0)).toBe(trained.length);
        // In their order: each is found behind the one before it.
        let at = -1;
        for (const [pixel, label] of kept) {
          at = given.before.findIndex(([p, l], i) => i > at && p === pixel && l === label);
          expect(at).toBeGreaterThanOrEqual(0);
        }
        const pixels = (of: readonly Picture[]) => new Set(of.map(([pixel]) => pixel));
        const others = pixels([...given.train, ...given.test]);
        expect([...pixels(kept)].filter((pixel) => others.has(pixel))).toEqual([]);
        if (given.newest !== null)
          expect(trained.length).toBeLessThanOrEqual(Math.max(given.newest, given.train.length));
        if (given.weight === 0) expect(old.kept).toBe(0);
        if (given.weight === 1 && given.newest === null)
          expect(kept).toEqual(given.before.filter(([pixel]) => !others.has(pixel)));
        expect(merge(given)).toEqual(merge(given));
      }),
      { numRuns: 60 },
    );
  });

  test('weight keeps about its share, the same ones whatever else there is, and others by another seed', () => {
    const before = Array.from({ length: 250 }, (_, i): Picture => [i, 0]);
    const current = datasetOf([[255, 0]], [[254, 1]]);
    const kept = (seed: number, of = before) => {
      const { dataset, old } = withOldPictures(current, trainedOn(of), { keep: 'all', weight: 0.4, seed });
      return picturesOf(dataset.train)
        .slice(0, old.kept)
        .map(([pixel]) => pixel);
    };
    const first = kept(1);
    // Five standard deviations of a binomial of 250 and 0.4.
    expect(Math.abs(first.length - 100)).toBeLessThan(5 * Math.sqrt(250 * 0.4 * 0.6));
    expect(kept(1, before.slice(100))).toEqual(first.filter((pixel) => pixel >= 100));
    // A second generation thins them out no further.
    expect(
      kept(
        1,
        first.map((pixel): Picture => [pixel, 0]),
      ),
    ).toEqual(first);
    expect(kept(2)).not.toEqual(first);
  });
});

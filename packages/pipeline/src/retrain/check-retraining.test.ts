import { describe, expect, test } from 'vitest';
import { type CheckedChampion, checkRetraining, type LastTraining } from './check-retraining.ts';
import { newPicturesOf } from './new-pictures.ts';
import type { TrainedOn } from './old-pictures.ts';
import type { WhenSettings } from './settings.ts';
import { readStatistics, statisticsOf } from './statistics.ts';
import { classes, datasetOf, digest, imageShape, type Picture, splitOf } from './tiny-dataset.cases.ts';

const thresholds = { maxIndex: 0.25, maxDistance: 0.15, alpha: 0.01, minCount: 20 };
const whenever: WhenSettings = { newPictures: 1, drift: thresholds };
const now = new Date('2026-03-10T12:00:00Z');
const test1: Picture[] = [[255, 0]];

/** Pictures of different brightness around a level. */
const around = (level: number, count: number, from = 0): Picture[] =>
  Array.from({ length: count }, (_, i): Picture => [level + ((from + i) % 40), (from + i) % 3]);

const seen = around(20, 40);
const trainedOn: TrainedOn = {
  classes,
  imageShape,
  train: splitOf(seen),
  segments: [{ dataset: digest('a'), source: 'before', pictures: seen.length }],
};
const champion: CheckedChampion = {
  trainedAt: new Date('2026-03-01T00:00:00Z'),
  statistics: statisticsOf(splitOf(seen), { digest: digest('a'), classes, imageShape }),
  trainedOn,
};
const check = (
  train: readonly Picture[],
  more: {
    config?: WhenSettings;
    champion?: CheckedChampion;
    last?: LastTraining;
    predictedClasses?: Record<string, number>;
  } = {},
) =>
  checkRetraining({
    config: more.config ?? whenever,
    now,
    champion: more.champion ?? champion,
    last: more.last,
    current: { dataset: datasetOf(train, test1), predictedClasses: more.predictedClasses },
  });

describe('whether to train again', () => {
  test('without a champion, always', () => {
    const current = { dataset: datasetOf(seen, test1) };
    expect(checkRetraining({ config: whenever, now, current })).toMatchObject({
      needed: true,
      reasons: ['there is no champion yet'],
    });
  });

  test('not for what the champion was trained on', () => {
    expect(check(seen)).toMatchObject({
      needed: false,
      reasons: ['0 of 40 training pictures are new, fewer than 1', 'drift: there is nothing new to compare'],
    });
    const sameDigest = { ...champion, trainedOn: undefined, datasetDigest: digest('c') };
    expect(check(seen, { champion: sameDigest }).needed).toBe(false);
  });

  test('for new pictures, from as many as the config says', () => {
    const grown = [...seen, ...around(200, 5)];
    expect(check(grown).reasons).toContain('5 of 45 training pictures are new');
    expect(check(grown, { config: { ...whenever, newPictures: 6 } })).toMatchObject({
      needed: false,
      reasons: [
        '5 of 45 training pictures are new, fewer than 6',
        expect.stringContaining('brightness: 5 values are too few (20)'),
        ...Array(4).fill(expect.any(String)),
      ],
    });
    expect(check(grown, { config: { newPictures: false, drift: false } })).toMatchObject({
      needed: false,
      reasons: [],
    });
  });

  test('a picture with another label is new, and so are all where the old ones are not at hand', () => {
    const relabelled = seen.map(([pixel, label], i): Picture => [pixel, i === 0 ? 2 : label]);
    expect(newPicturesOf(datasetOf(relabelled, test1), trainedOn).length).toBe(1);
    const { reasons } = check(relabelled, {
      champion: { ...champion, trainedOn: undefined, datasetDigest: digest('b') },
    });
    expect(reasons).toEqual([
      "the dataset is another than the champion's, so that its 40 training pictures count as new",
    ]);
  });

  test('for few new pictures that look different, among many that do not', () => {
    const config = { newPictures: 1000, drift: thresholds };
    const many = around(20, 2000);
    const grown = [...many, ...around(150, 25)];
    const statistics = statisticsOf(splitOf(many), { digest: digest('a'), classes, imageShape });
    const knowing = { ...champion, statistics, trainedOn: { ...trainedOn, train: splitOf(many) } };
    const toldApart = check(grown, { config, champion: knowing });
    expect(toldApart).toMatchObject({ needed: true, report: { drift: { needed: true, compared: 25 } } });
    expect(toldApart.reasons[0]).toMatch(/^contrast has moved: stability index \d/);
    // Among all of them they are lost.
    const together = check(grown, {
      config: { ...config, newPictures: false },
      champion: { ...knowing, trainedOn: undefined },
    });
    expect(together).toMatchObject({ needed: false, report: { drift: { compared: 2025 } } });
  });

  test('for shares of predicted classes that have moved, though the pictures look the same', () => {
    const config: WhenSettings = { newPictures: false, drift: { ...thresholds, features: ['dark'] } };
    const known = { ...champion, predictedClasses: { a: 30, b: 30, c: 40 } };
    const grown = [...seen, ...around(0, 20)];
    const steady = check(grown, { config, champion: known, predictedClasses: { a: 6, b: 6, c: 8 } });
    expect(steady.reasons.join()).toContain('predicted classes has not moved');
    const moved = check(grown, { config, champion: known, predictedClasses: { c: 20 } });
    expect(moved).toMatchObject({ needed: true });
    expect(moved.reasons.join()).toContain('predicted classes has moved');
  });

  test('by age, in days', () => {
    const config = { ...whenever, maxAgeDays: 9.5 };
    expect(check(seen, { config })).toMatchObject({
      needed: true,
      reasons: ['the last training was 9.5 days ago, at least 9.5'],
    });
    expect(check(seen, { config: { ...config, maxAgeDays: 10 } })).toMatchObject({ needed: false });
  });

  test('not again for pictures that were trained on already, by a model that does not serve', () => {
    const grown = [...seen, ...around(150, 25)];
    const statistics = statisticsOf(splitOf(grown), { digest: digest('c'), classes, imageShape });
    const last = { finished: new Date('2026-03-09T03:00:00Z'), statistics, sameRecipe: true };
    expect(check(grown).needed).toBe(true);
    const again = check(grown, { last });
    expect(again.needed).toBe(false);
    expect(again.reasons).toContain('25 of 65 training pictures are new');
    expect(again.reasons).toContain(
      'these pictures were trained on already, on 2026-03-09, and the model does not serve',
    );
    expect(again.report).toMatchObject({ newPictures: { needed: false }, drift: { needed: false } });
    // Another recipe, or other pictures, may give a better model.
    expect(check(grown, { last: { ...last, sameRecipe: false } }).needed).toBe(true);
    const others = { ...statistics, dataset: digest('d') };
    expect(check(grown, { last: { ...last, statistics: others } }).needed).toBe(true);
    // Age is counted from it.
    const config: WhenSettings = { newPictures: false, drift: false, maxAgeDays: 5 };
    expect(check(grown, { config }).needed).toBe(true);
    expect(check(grown, { config, last })).toMatchObject({
      needed: false,
      reasons: ['the last training was 1.4 days ago, less than 5'],
    });
  });

  test('without statistics, or of pictures of another size, drift is not judged', () => {
    const grown = [...seen, ...around(150, 25)];
    const config = { newPictures: false, drift: thresholds } as const;
    const unknown = check(grown, { config, champion: { ...champion, statistics: {} } });
    expect(unknown).toMatchObject({
      needed: false,
      reasons: ['drift: no statistics of what the champion was trained on were kept'],
    });
    const square = statisticsOf(splitOf(seen), { digest: digest('a'), classes, imageShape: [2, 1, 1] });
    expect(check(grown, { config, champion: { ...champion, statistics: square } }).reasons).toEqual([
      'drift: pictures of 1×2×1 do not compare with 2×1×1',
    ]);
  });
});

describe('statistics', () => {
  test('are of the current pictures, and come back from JSON', () => {
    const segments = [
      { dataset: digest('a'), source: 'before', pictures: 30 },
      { dataset: digest('b'), source: 'now', pictures: 10 },
    ];
    const statistics = statisticsOf(splitOf(seen), { digest: digest('e'), classes, imageShape, segments });
    const alone = statisticsOf(splitOf(seen.slice(30)), { digest: digest('b'), classes, imageShape });
    expect(statistics).toEqual(alone);
    expect(statistics).toMatchObject({
      dataset: digest('b'),
      pictures: 10,
      classes: { a: 4, b: 3, c: 3 },
    });
    expect(readStatistics(JSON.parse(JSON.stringify(statistics)))).toEqual(statistics);
    expect(readStatistics({ pictures: 1 })).toBeUndefined();
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { normalNumbers } from '../testing/random-numbers.cases.ts';
import { checkDrift, holm } from './drift.ts';
import { binCounts, type FeatureReference, featureReference } from './feature-reference.ts';

const normal = normalNumbers(5);
const sample = (count: number, mean = 0, deviation = 1) =>
  Array.from({ length: count }, () => normal(mean, deviation));
const reference = featureReference(sample(2000));

test('a feature that has moved is found, one that has not is left', () => {
  const steady = { reference, current: sample(500) };
  const shifted = { reference, current: sample(500, 0.8) };
  const report = checkDrift({ features: { brightness: shifted, contrast: steady } });
  expect(report.drifted).toBe(true);
  expect(report.findings.map(({ name, drifted }) => [name, drifted])).toEqual([
    ['brightness', true],
    ['contrast', false],
  ]);
  expect(report.reasons).toEqual([
    expect.stringMatching(
      /^brightness has moved: stability index 0\.\d{3} of 0\.25 \(p < 0\.0001\), distance 0\.\d{3} of 0\.15 \(p < 0\.0001\)$/,
    ),
  ]);
  expect(report.thresholds).toEqual({ maxIndex: 0.25, maxDistance: 0.15, alpha: 0.01, minCount: 50 });
  expect(checkDrift({ features: { contrast: steady } }, { maxIndex: 0.4 })).toMatchObject({
    drifted: false,
    thresholds: { maxIndex: 0.4, maxDistance: 0.15 },
  });
  // Wider, with the same mean.
  expect(checkDrift({ features: { contrast: { reference, current: sample(500, 0, 2) } } }).drifted).toBe(
    true,
  );
});

test('false alarms are rare, with many features and small windows', () => {
  let alarms = 0;
  for (let trial = 0; trial < 300; trial++) {
    const features = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [name, { reference, current: sample(60) }]),
    );
    if (checkDrift({ features }, { maxIndex: 0, maxDistance: 0, alpha: 0.05 }).drifted) alarms += 1;
  }
  expect(alarms / 300).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / 300));
});

test('a move that is real and too small to matter is left', () => {
  const current = sample(20_000, 0.2);
  const { drifted, findings } = checkDrift({ features: { a: { reference, current } } });
  expect(findings[0].distance!.pValue).toBeLessThan(0.01);
  expect(drifted).toBe(false);
});

test('shares of predicted classes', () => {
  const classes = { reference: [100, 100, 100], current: [10, 100, 190] };
  expect(checkDrift({ classes })).toMatchObject({
    drifted: true,
    findings: [{ name: 'predicted classes', count: 300 }],
  });
  expect(checkDrift({ classes: { reference: [100, 100, 100], current: [40, 30, 35] } }).drifted).toBe(false);
  // A class that nobody predicted before.
  expect(checkDrift({ classes: { reference: [300, 300, 0], current: [100, 100, 100] } }).drifted).toBe(true);
});

test('too few to tell is said so', () => {
  const report = checkDrift({
    features: { a: { reference, current: sample(49, 9) } },
    classes: { reference: [10, 10], current: [0, 20] },
  });
  expect(report).toMatchObject({
    drifted: false,
    reasons: ['a: 49 values are too few (50)', 'predicted classes: 20 values are too few (50)'],
  });
});

test('what can not be compared is refused', () => {
  expect(() => checkDrift({})).toThrow(InputError);
  expect(() => checkDrift({ classes: { reference: [50], current: [25, 25] } })).toThrow(InputError);
  const current = [...sample(100), Number.NaN];
  expect(() => checkDrift({ features: { a: { reference, current } } })).toThrow(
    'feature: expected finite numbers, got NaN',
  );
  expect(() => checkDrift({ classes: { reference: [1], current: [1] } }, { alpha: -1 })).toThrow(InputError);
  expect(() => featureReference([])).toThrow(InputError);
  expect(() => featureReference([1], { bins: 0 })).toThrow(InputError);
});

test('a reference is JSON, and its bins hold each value once', () => {
  const values = fc.array(
    fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    {
      minLength: 1,
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 50 }),
      (list, bins, kept) => {
        const made = featureReference(list, { bins, sample: kept });
        // JSON has no −0.
        const known = JSON.parse(JSON.stringify(made)) as FeatureReference;
        expect(known.counts).toEqual(made.counts);
        expect(binCounts(known.edges, list)).toEqual(known.counts);
        expect(known.counts.reduce((a, b) => a + b, 0)).toBe(list.length);
        expect(known.counts.length).toBe(known.edges.length + 1);
        // Nothing of the reference lies beyond its extremes.
        expect([known.counts[0], known.counts.at(-1)]).toEqual([0, 0]);
        expect(known.sample.length).toBe(Math.min(kept, list.length));
        expect(new Set([...list, 0]).has(known.sample[0])).toBe(true);
      },
    ),
  );
});

test('a feature that was always the same moves in both directions', () => {
  const constant = featureReference(new Array(100).fill(3));
  expect(constant).toMatchObject({ edges: [3, 3], counts: [0, 100, 0] });
  expect(binCounts(constant.edges, [2, 3, 4, 3])).toEqual([1, 2, 1]);
  for (const value of [2, 4])
    expect(
      checkDrift({ features: { a: { reference: constant, current: new Array(60).fill(value) } } }).drifted,
    ).toBe(true);
  expect(
    checkDrift({ features: { a: { reference: constant, current: new Array(60).fill(3) } } }).drifted,
  ).toBe(false);
});

// The example of R's p.adjust: Holm's correction of four p-values.
test('Holm', () => {
  const corrected = holm([0.01, 0.04, 0.03, 0.005]);
  for (const [i, expected] of [0.03, 0.06, 0.06, 0.02].entries())
    expect(corrected[i]).toBeCloseTo(expected, 14);
  expect(holm([])).toEqual([]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});

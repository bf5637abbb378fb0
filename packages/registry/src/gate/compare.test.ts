import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { digestFor } from '../testing/store-under-test.cases.ts';
import { type Contest, type GateOptions, judge, verdictFigures } from './compare.ts';

const digest = digestFor('holdout');

/** A holdout of 3 classes in turn, of which the models have the given pictures wrong. */
function contest(
  pictures: number,
  championWrong: readonly number[],
  challengerWrong: readonly number[],
): Contest {
  const labels = Array.from({ length: pictures }, (_, i) => i % 3);
  const predict = (wrong: readonly number[]) => ({
    holdout: digest,
    classes: labels.map((label, i) => (wrong.includes(i) ? (label + 1) % 3 : label)),
  });
  return {
    holdout: { digest, classes: ['a', 'b', 'c'], labels },
    champion: predict(championWrong),
    challenger: predict(challengerWrong),
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('a challenger that is better by more than chance is promoted, with the figures', () => {
  const verdict = judge(contest(300, range(0, 30), range(0, 10)));
  expect(verdict.promote).toBe(true);
  expect(verdict.test).toMatchObject({
    championOnly: 0,
    challengerOnly: 20,
    method: 'exact',
    pValue: 2 ** -19,
  });
  expect(verdict.challenger).toMatchObject({ pictures: 300, right: 290, accuracy: 290 / 300 });
  expect(verdict.reasons).toEqual([
    'the challenger gains 6.67 % (20 pictures right that the champion has wrong, 0 the other way): p < 0.0001, exact, which chance does not explain at 0.05',
  ]);
  expect(verdictFigures(verdict)).toMatchObject({ promote: true, test: { challengerOnly: 20 } });
});

test('a gain that chance explains is not enough, unless being as good is', () => {
  const close = contest(300, range(0, 12), [...range(0, 6), 20, 21, 22]);
  expect(judge(close)).toMatchObject({ promote: false });
  expect(judge(close).reasons[0]).toMatch(
    /gains 1.00 % \(6 .* 3 the other way\): p = 0.5078, exact, which chance explains/,
  );
  expect(judge(close, { require: 'not-worse' }).promote).toBe(true);
});

test('who is worse is refused in both ways', () => {
  const sabotaged = contest(300, range(0, 10), range(0, 200));
  for (const require of ['better', 'not-worse'] as const)
    expect(judge(sabotaged, { require }).promote).toBe(false);
  const slightly = contest(300, range(0, 10), range(0, 12));
  expect(judge(slightly, { require: 'not-worse' })).toMatchObject({ promote: false });
  expect(judge(slightly, { require: 'not-worse', maxDrop: 0.01 })).toMatchObject({ promote: true });
  expect(judge(slightly, { require: 'not-worse', maxDrop: 1 })).toMatchObject({ promote: true });
});

test('each class has its floor, and every failure is named', () => {
  // The challenger has all of class b right but for 60 %, and the rest right.
  const wrong = range(0, 300)
    .filter((i) => i % 3 === 1)
    .slice(0, 60);
  const one = contest(300, range(0, 200), wrong);
  expect(judge(one).promote).toBe(true);
  expect(judge(one, { minClassAccuracy: 0.9 }).reasons).toEqual([
    'class b: 40 of 100 right, 40.00 %, is below its floor of 90.00 %',
  ]);
  expect(judge(one, { minClassAccuracy: { a: 0.9 } }).promote).toBe(true);
  expect(judge(one, { minClassAccuracy: { b: 0.9 }, minAccuracy: 0.9 }).reasons).toHaveLength(2);
  // 66 of class b against 33: a drop elsewhere would show.
  expect(judge(one, { maxClassDrop: 0 }).promote).toBe(true);
  const reversed = { ...one, champion: one.challenger, challenger: one.champion! };
  expect(
    judge(reversed, { require: 'not-worse', maxDrop: 1, alpha: 1e-300, maxClassDrop: 0.1 }).reasons,
  ).toEqual([
    "class a: 33 right against the champion's 100 of 100, beyond the drop of 10.00 % that is allowed",
    "class c: 34 right against the champion's 100 of 100, beyond the drop of 10.00 % that is allowed",
  ]);
});

test('a class without a picture does not hold a floor', () => {
  const { holdout, challenger } = contest(9, [], []);
  const four = { ...holdout, classes: ['a', 'b', 'c', 'd'] };
  expect(judge({ holdout: four, challenger }, { minClassAccuracy: 0.5 }).reasons).toEqual([
    'class d has no picture in the holdout',
  ]);
});

test('a first model has only its floors and budgets to hold', () => {
  const { holdout, challenger } = contest(300, [], range(0, 30));
  expect(judge({ holdout, challenger })).toMatchObject({
    promote: true,
    reasons: ['there is no champion to beat'],
  });
  expect(judge({ holdout, challenger }, { minAccuracy: 0.95 }).reasons).toEqual([
    'accuracy 90.00 % on 300 pictures is below 95.00 %',
  ]);
});

test('every deployed target has its budget, and what was not measured does not hold it', () => {
  const base = { ...contest(300, range(0, 30), []) };
  const budgets: GateOptions['budgets'] = {
    node: { maxLatencyMs: 1, minAccuracy: 0.9 },
    web: { maxBytes: 1000, minAgreement: 0.999 },
    embedded: { maxLogitDifference: 1e-4 },
  };
  const good = {
    node: { latencyMs: 1, accuracy: 0.9 },
    web: { bytes: 1000, agreement: 1 },
    embedded: { logitDifference: 0 },
  };
  expect(judge({ ...base, targets: good }, { budgets }).promote).toBe(true);
  const bad = {
    node: { latencyMs: 1.5, accuracy: 0.8 },
    web: { bytes: 1001, agreement: Number.NaN },
  };
  expect(judge({ ...base, targets: bad }, { budgets }).reasons).toEqual([
    'node: accuracy 80.00 % is below its budget of 90.00 %',
    'node: latency 1.5 ms is above its budget of 1 ms',
    'web: size 1001 bytes is above its budget of 1000 bytes',
    'web: agreement with the reference was not measured',
    'embedded: logit difference was not measured',
  ]);
  expect(() => judge(base, { budgets: { node: { maxBytse: 1 } as object } })).toThrow(InputError);
});

test('what can not be compared is refused', () => {
  const base = contest(30, [], []);
  const wrong = (change: Partial<Contest>, message: string) =>
    expect(() => judge({ ...base, ...change })).toThrow(message);
  wrong({ champion: { ...base.champion!, holdout: digestFor('old') } }, 'predict on that one');
  wrong({ challenger: { holdout: digest, classes: [0] } }, 'challenger: expected 30 predictions, got 1');
  wrong(
    { challenger: { holdout: digest, classes: new Array(30).fill(3) } },
    'class numbers from 0 to 2, got 3 at place 0',
  );
  wrong({ holdout: { ...base.holdout, labels: [] } }, 'holdout: expected pictures, got none');
  wrong({ holdout: { ...base.holdout, classes: ['a', 'a'] } }, 'of different names');
  expect(() => judge(base, { alpha: 0 })).toThrow(InputError);
  expect(() => judge(base, { minClassAccuracy: { z: 0.5 } })).toThrow('classes of ["a","b","c"], got "z"');
  expect(() => judge(base, { maxDrop: 2 })).toThrow('a share, 0 to 1');
});

test('of two models, at most one is better', () => {
  const predictions = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(predictions, (rows) => {
      const [labels, one, other] = [0, 1, 2].map((k) => rows.map((row) => row[k]));
      const holdout = { digest, classes: ['a', 'b', 'c'], labels };
      const [a, b] = [one, other].map((classes) => ({ holdout: digest, classes }));
      const forward = judge({ holdout, champion: a, challenger: b });
      const backward = judge({ holdout, champion: b, challenger: a });
      expect(forward.promote && backward.promote).toBe(false);
      expect(forward.test!.pValue).toBe(backward.test!.pValue);
      // Who is better is not worse.
      if (forward.promote)
        expect(judge({ holdout, champion: a, challenger: b }, { require: 'not-worse' }).promote).toBe(true);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy, classReport, confusionMatrix, topClasses, topKAccuracy } from './classification.ts';

const ints = (...values: number[]) => Int32Array.from(values);

describe('metrics', () => {
  const logits = Float32Array.from([0, 2, 1, 3, 3, 0, -1, -2, -3]);

  it('top classes, the first one on a tie', () => {
    expect(topClasses(logits, 3)).toEqual(ints(1, 0, 0));
    expect(() => topClasses(logits, 4)).toThrow('metrics: expected rows of 4 logits, got 9 numbers');
  });

  it('accuracy and top-k', () => {
    expect(accuracy(ints(1, 0, 0), ints(1, 1, 0))).toBe(2 / 3);
    expect(accuracy(ints(), ints())).toBe(0);
    expect(topKAccuracy(logits, 3, ints(1, 1, 2), 1)).toBe(1 / 3);
    expect(topKAccuracy(logits, 3, ints(1, 1, 2), 2)).toBe(2 / 3);
    expect(topKAccuracy(logits, 3, ints(1, 1, 2), 3)).toBe(1);
    expect(() => accuracy(ints(1), ints(1, 2))).toThrow('expected 2 predictions, got 1');
  });

  it("scikit-learn's example of precision, recall and F1", () => {
    // classification_report of y_true = [0, 1, 2, 2, 2], y_pred = [0, 0, 2, 2, 1]
    const matrix = confusionMatrix(ints(0, 0, 2, 2, 1), ints(0, 1, 2, 2, 2), 3);
    expect(matrix).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 2],
    ]);
    const { perClass, macro, accuracy: share } = classReport(matrix);
    expect(perClass[0]).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3, support: 1 });
    expect(perClass[1]).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(perClass[2]).toEqual({ precision: 1, recall: 2 / 3, f1: 0.8, support: 3 });
    expect(macro.precision).toBe(0.5);
    expect(macro.recall).toBeCloseTo(5 / 9, 12);
    expect(macro.f1).toBeCloseTo((2 / 3 + 0.8) / 3, 12);
    expect(share).toBe(0.6);
  });

  it('refuses classes that are not there', () => {
    expect(() => confusionMatrix(ints(3), ints(0), 3)).toThrow('confusionMatrix: expected classes below 3');
  });

  it('agree with each other on any predictions', () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(pairs, (rows) => {
        const [predictions, labels] = [ints(...rows.map(([p]) => p)), ints(...rows.map(([, l]) => l))];
        const report = classReport(confusionMatrix(predictions, labels, 4));
        expect(report.accuracy).toBeCloseTo(accuracy(predictions, labels), 12);
        expect(report.perClass.reduce((sum, { support }) => sum + support, 0)).toBe(rows.length);
      }),
      { seed: 1 },
    );
  });
});

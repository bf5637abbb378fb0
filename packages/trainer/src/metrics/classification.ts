import { InputError } from '@trainyard/autograd';

/** The class of the largest logit of each row; the first one on a tie. */
export function topClasses(logits: Float32Array, classes: number): Int32Array {
  const rows = rowsOf(logits, classes);
  const best = new Int32Array(rows);
  for (let row = 0; row < rows; row++)
    for (let c = 1; c < classes; c++)
      if (logits[row * classes + c] > logits[row * classes + best[row]]) best[row] = c;
  return best;
}

/** Share of predictions that equal the label; 0 of nothing. */
export function accuracy(predictions: Int32Array, labels: Int32Array): number {
  sameLength(predictions, labels);
  let correct = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) correct++;
  return labels.length === 0 ? 0 : correct / labels.length;
}

/** Share of rows whose label is among the `k` largest logits; of equal ones the first count as larger. */
export function topKAccuracy(logits: Float32Array, classes: number, labels: Int32Array, k: number): number {
  if (rowsOf(logits, classes) !== labels.length)
    throw new InputError('topKAccuracy', `${labels.length} rows`, String(rowsOf(logits, classes)));
  let correct = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    const own = logits[row * classes + label];
    let ahead = 0;
    for (let c = 0; c < classes; c++) {
      const other = logits[row * classes + c];
      if (other > own || (other === own && c < label)) ahead++;
    }
    if (ahead < k) correct++;
  }
  return labels.length === 0 ? 0 : correct / labels.length;
}

/** `matrix[label][prediction]` counts the pictures. */
export function confusionMatrix(predictions: Int32Array, labels: Int32Array, classes: number): number[][] {
  sameLength(predictions, labels);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    if (!(labels[i] in matrix) || !(predictions[i] in matrix))
      throw new InputError(
        'confusionMatrix',
        `classes below ${classes}`,
        `${labels[i]} and ${predictions[i]}`,
      );
    matrix[labels[i]][predictions[i]]++;
  }
  return matrix;
}

export interface ClassScores {
  /** Of what was called this class, the share that is. */
  readonly precision: number;
  /** Of what is this class, the share that was called so. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
}

export interface ClassReport {
  /** One entry a class; `support` is the number of its pictures. */
  readonly perClass: readonly (ClassScores & { readonly support: number })[];
  /** Means over the classes, each counting the same. */
  readonly macro: ClassScores;
  readonly accuracy: number;
}

/** Precision, recall and F1 from a confusion matrix; 0 where nothing can be divided by. */
export function classReport(matrix: readonly (readonly number[])[]): ClassReport {
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const perClass = matrix.map((row, c) => {
    const support = total(row);
    const precision = share(row[c], total(matrix.map((r) => r[c])));
    const recall = share(row[c], support);
    return { precision, recall, f1: share(2 * precision * recall, precision + recall), support };
  });
  const mean = (score: keyof ClassScores) => share(total(perClass.map((s) => s[score])), perClass.length);
  return {
    perClass,
    macro: { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') },
    accuracy: share(total(matrix.map((row, c) => row[c])), total(matrix.map(total))),
  };
}

function rowsOf(logits: Float32Array, classes: number): number {
  const rows = logits.length / classes;
  if (!Number.isInteger(rows))
    throw new InputError('metrics', `rows of ${classes} logits`, `${logits.length} numbers`);
  return rows;
}

function sameLength(predictions: Int32Array, labels: Int32Array): void {
  if (predictions.length !== labels.length)
    throw new InputError('metrics', `${labels.length} predictions`, String(predictions.length));
}

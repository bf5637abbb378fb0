import { crossEntropy, type TensorType } from '@trainyard/autograd';
import { type ImageShape, Loader, nextTurn } from './data/index.ts';
import type { ImageSplit } from './dataset.ts';
import { type ClassReport, classReport, confusionMatrix, topClasses } from './metrics/classification.ts';
import type { Module } from './module.ts';
import { NetworkError } from './network-error.ts';
import type { Loss } from './train-step.ts';

export interface EvaluateOptions {
  /** 256 unless given. */
  readonly batchSize?: number;
  readonly imageShape?: ImageShape;
  /** What `loss` is; cross-entropy without smoothing unless given. */
  readonly loss?: Loss;
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  /** [pictures × classes], row-major. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** The top class of each picture. */
  readonly predictions: Int32Array;
  readonly accuracy: number;
  readonly loss: number;
  /** `confusion[label][prediction]`. */
  readonly confusion: number[][];
  readonly report: ClassReport;
}

/**
 * Runs a network over a split as it is used, not trained: no dropout, running statistics.
 * @throws NetworkError when the network does not fit the pictures or the labels; the signal's reason when it aborts
 */
export async function evaluate(
  network: Module,
  split: ImageSplit,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const loader = new Loader(split, { batchSize: options.batchSize ?? 256, imageShape: options.imageShape });
  const lossOf = options.loss ?? crossEntropy;
  const outputs: Float32Array[] = [];
  let classes = 0;
  let lossSum = 0;
  for (let step = 0; step < loader.stepsPerEpoch; step++) {
    const { images, labels } = loader.batch(0, step);
    const logits = network.forward(images);
    if (step === 0) classes = classesOf(logits, split.labels);
    outputs.push(logits.data as Float32Array);
    lossSum += lossOf(logits, labels).item() * labels.size;
    await nextTurn();
    options.signal?.throwIfAborted();
  }
  const logits = new Float32Array(split.length * classes);
  let at = 0;
  for (const part of outputs) {
    logits.set(part, at);
    at += part.length;
  }
  const predictions = topClasses(logits, classes);
  const confusion = confusionMatrix(predictions, split.labels, classes);
  const report = classReport(confusion);
  return {
    logits,
    classes,
    predictions,
    accuracy: report.accuracy,
    loss: lossSum / split.length,
    confusion,
    report,
  };
}

/**
 * How many classes an output has.
 * @throws NetworkError when it is no row of logits for each picture, or a label has no logit
 */
export function classesOf({ dtype, shape }: TensorType, labels: Int32Array): number {
  const classes = shape[1];
  if (shape.length !== 2 || dtype !== 'float32' || typeof classes !== 'number')
    throw new NetworkError(
      'network',
      `expected logits float32 [N, classes], got ${dtype} [${shape.join(', ')}]`,
    );
  const highest = labels.reduce((a, b) => Math.max(a, b), 0);
  if (highest >= classes)
    throw new NetworkError('network', `expected labels below its ${classes} classes, got ${highest}`);
  return classes;
}

import type { OrtNamespace } from '@trainyard/autograd';
import { importNetwork, withWeights } from '@trainyard/exporter/portable';
import { readModel, writeModel } from '@trainyard/onnx-ir';
import {
  adam,
  augmentation,
  compiled,
  cosine,
  type EpochRecord,
  type Evaluation,
  eager,
  evaluate,
  fit,
  type ImageSplit,
  type Module,
  warmUp,
} from '@trainyard/trainer';
import { type Example, joined, keepBack, labelsWith, repeated, splitOf } from './examples.ts';
import { LastLayers, parametersOfLast } from './last-layers.ts';
import { withClasses } from './with-classes.ts';

export interface Lesson {
  /** The ONNX file of a classifier of ours, float32. */
  readonly model: Uint8Array;
  readonly labels: readonly string[];
  readonly examples: readonly Example[];
  /** Pictures of the old classes to mix in, so that nothing is forgotten. */
  readonly rehearsal: ImageSplit;
  /** Pictures of the old classes that are never learned from. */
  readonly test: ImageSplit;
  /** How many layers with weights are trained, from the end. */
  readonly layers: number;
  readonly epochs: number;
  readonly seed: number;
}

/** Shares of pictures that were read right, 0 to 1. */
export interface Scores {
  /** Of the examples that were learned from. */
  readonly learned: number;
  /** Of those kept back; undefined where there are too few to keep one. */
  readonly kept: number | undefined;
  readonly test: number;
}

export interface LearnedModel {
  /** The new ONNX file: the old graph with other numbers in its last layers, and perhaps more classes. */
  readonly model: Uint8Array<ArrayBuffer>;
  readonly labels: readonly string[];
  /** Numbers that were trained. */
  readonly trained: number;
  /** Numbers of the new classes, which the old file does not have. */
  readonly added: number;
  readonly before: Scores;
  readonly after: Scores;
  /** Share of the test pictures that it reads as the old model did. */
  readonly agreement: number;
  /** To the old model's logits of the old classes, over the test pictures. */
  readonly maxAbsLogitDiff: number;
  readonly history: readonly EpochRecord[];
  /** What ran the steps. */
  readonly executor: string;
}

export interface LearnProgress {
  /** Steps done, of `steps`. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface LearnOptions {
  /** Compiles the training step to one ONNX graph; without it our own kernels run the step. */
  readonly ort?: OrtNamespace;
  readonly onProgress?: (progress: LearnProgress) => void;
  readonly signal?: AbortSignal;
}

const batchSize = 32;
/** As many as of a class of the rehearsal, so that a class of few drawings weighs as much as a digit. */
const perClass = 30;
/** Drawings come as large and as upright as the digits do, but no hand draws twice alike. */
const augment = augmentation({ shift: 0.6, rotate: 8, scale: 0.08 });

/**
 * Trains the last layers of a model on some examples, and gives it back as ONNX.
 * @throws InputError when there is no example, or the model can't be trained; the signal's reason when it aborts
 */
export async function learn(
  lesson: Lesson,
  { ort, onProgress, signal }: LearnOptions = {},
): Promise<LearnedModel> {
  const labels = labelsWith(lesson.labels, lesson.examples);
  const model = withClasses(readModel(lesson.model), labels);
  const network = importNetwork(model);
  const head = new LastLayers(network, parametersOfLast(model.graph, lesson.layers));
  const { toLearn, kept } = keepBack(lesson.examples);
  const evaluated = (split: ImageSplit): Promise<Evaluation> =>
    evaluate(head, split, { ...(ort && { ort }), ...(signal && { signal }) });
  const own = splitOf(toLearn, labels);
  const look = async () => {
    const test = await evaluated(lesson.test);
    const { accuracy: learned } = await evaluated(own);
    const { accuracy: keptScore } = kept.length > 0 ? await evaluated(splitOf(kept, labels)) : {};
    return { test, scores: { learned, kept: keptScore, test: test.accuracy } satisfies Scores };
  };
  const before = await look();
  const split = joined(lesson.rehearsal, splitOf(repeated(toLearn, perClass), labels));
  let done = 0;
  // biome-ignore lint/suspicious/noFocusedTests: the trainer's fit, no test
  const result = await fit(head, split, {
    epochs: lesson.epochs,
    batchSize,
    seed: lesson.seed,
    optimizer: adam(),
    schedule: warmUp(0.1, cosine({ from: 0.004 })),
    labelSmoothing: 0.05,
    augment,
    executor: ort ? compiled({ ort }) : eager,
    ...(signal && { signal }),
    callbacks: [
      {
        onStep: ({ loss, stepsPerEpoch }) => {
          done++;
          onProgress?.({ step: done, steps: lesson.epochs * stepsPerEpoch, loss });
        },
      },
    ],
  });
  signal?.throwIfAborted();
  const after = await look();
  const sizeOf = (of: Module): number =>
    [...of.namedParameters().values()].reduce((sum, { value }) => sum + value.size, 0);
  return {
    model: Uint8Array.from(writeModel(withWeights(model, network))),
    labels,
    trained: sizeOf(head),
    added: sizeOf(network) - sizeOf(importNetwork(readModel(lesson.model))),
    before: before.scores,
    after: after.scores,
    ...compared(before.test, after.test, lesson.labels.length),
    history: result.history,
    executor: result.executor,
  };
}

function compared(before: Evaluation, after: Evaluation, classes: number) {
  const same = after.predictions.filter((top, i) => top === before.predictions[i]).length;
  let maxAbsLogitDiff = 0;
  after.logits.forEach((logit, i) => {
    if (i % after.classes < classes)
      maxAbsLogitDiff = Math.max(maxAbsLogitDiff, Math.abs(logit - before.logits[i]!));
  });
  return { agreement: same / after.predictions.length, maxAbsLogitDiff };
}

import {
  type Compiled,
  compile,
  crossEntropy,
  type OrtNamespace,
  type Tensors,
  type TensorType,
} from '@trainyard/autograd';
import { type ImageShape, Loader, nextTurn } from './data/index.ts';
import type { ImageSplit } from './dataset.ts';
import { type ClassReport, classReport, confusionMatrix, topClasses } from './metrics/classification.ts';
import { bufferValues, type Module, parameterValues, withState } from './module.ts';
import { NetworkError } from './network-error.ts';
import type { Loss } from './train-step.ts';

export interface EvaluateOptions {
  /** 256 unless given. */
  readonly batchSize?: number;
  readonly imageShape?: ImageShape;
  /** What `loss` is; cross-entropy without smoothing unless given. */
  readonly loss?: Loss;
  readonly signal?: AbortSignal;
  /** Lets ONNX Runtime run the network as one graph; our own kernels run it unless given. */
  readonly ort?: OrtNamespace;
  /** Threads of one operator in ONNX Runtime, which decides unless given. */
  readonly threads?: number;
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
  { ort, threads, ...options }: EvaluateOptions = {},
): Promise<Evaluation> {
  const evaluator = new Evaluator(network, { ort, threads });
  try {
    return await evaluator.run(split, options);
  } finally {
    await evaluator.dispose();
  }
}

type Forward = (inputs: Tensors) => Tensors | Promise<Tensors>;

/** Evaluates a network again and again, with the values that it has each time. */
export class Evaluator {
  readonly #network: Module;
  readonly #forward: Forward;
  readonly #compiled: Compiled<Tensors, Tensors> | undefined;

  /** @param onFallback told in one line why it runs eagerly where `ort` was given; a warning on the console else */
  constructor(
    network: Module,
    { ort, threads }: Pick<EvaluateOptions, 'ort' | 'threads'>,
    onFallback?: (line: string) => void,
  ) {
    this.#network = network;
    const forward = ({ images, ...state }: Tensors): Tensors => ({
      logits: withState(network, state, () => network.forward(images))[0],
    });
    const session = threads === undefined ? {} : { intraOpNumThreads: threads };
    this.#compiled = ort && compile(forward, { ort, session, ...(onFallback && { onFallback }) });
    this.#forward = this.#compiled ?? forward;
  }

  /** See `evaluate`. */
  async run(split: ImageSplit, options: Omit<EvaluateOptions, 'ort' | 'threads'> = {}): Promise<Evaluation> {
    const loader = new Loader(split, { batchSize: options.batchSize ?? 256, imageShape: options.imageShape });
    const lossOf = options.loss ?? crossEntropy;
    const state = { ...parameterValues(this.#network), ...bufferValues(this.#network) };
    let all = new Float32Array(0);
    let classes = 0;
    let lossSum = 0;
    for (let step = 0; step < loader.stepsPerEpoch; step++) {
      const { images, labels } = loader.batch(0, step);
      const { logits } = await this.#forward({ ...state, images });
      if (step === 0) {
        classes = classesOf(logits, split.labels);
        all = new Float32Array(split.length * classes);
      }
      all.set(logits.data as Float32Array, step * loader.batchSize * classes);
      lossSum += lossOf(logits, labels).item() * labels.size;
      await nextTurn();
      options.signal?.throwIfAborted();
    }
    const predictions = topClasses(all, classes);
    const confusion = confusionMatrix(predictions, split.labels, classes);
    const report = classReport(confusion);
    return {
      logits: all,
      classes,
      predictions,
      accuracy: report.accuracy,
      loss: lossSum / split.length,
      confusion,
      report,
    };
  }

  /** Frees the sessions. */
  async dispose(): Promise<void> {
    await this.#compiled?.dispose();
  }
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
  const wrong = labels.find((label) => label < 0 || label >= classes);
  if (wrong !== undefined)
    throw new NetworkError('network', `expected labels from 0 to ${classes - 1}, got ${wrong}`);
  return classes;
}

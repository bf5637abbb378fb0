import {
  Generator,
  InputError,
  noGrad,
  Tensor,
  type Tensors,
  type TensorType,
  zeros,
} from '@trainyard/autograd';
import type { Best, EpochSums, TrainingState } from './checkpoint/training-state.ts';
import type { ChosenExecutor } from './choose-executor.ts';
import { type Batch, type ImageShape, Loader } from './data/index.ts';
import type { ImageSplit } from './dataset.ts';
import { describeNetwork } from './describe.ts';
import { classesOf } from './evaluate.ts';
import { type Executor, type StepRunner, stepInputs } from './executor.ts';
import { findNonFinite, firstNonFinite } from './find-non-finite.ts';
import type { FitOptions } from './fit-options.ts';
import { softmaxCrossEntropy } from './losses/index.ts';
import { bufferValues, loadState, type Module, parameterValues } from './module.ts';
import { mapTensors } from './optim/optimizer.ts';
import {
  applyMasks,
  packTensors,
  type StepRecipe,
  type TrainingTensors,
  trainStep,
  unpackTensors,
} from './train-step.ts';
import { TrainingError } from './training-error.ts';

const remedy = 'lower the learning rate, clip the gradients or look at the data';

const nothing: EpochSums = { loss: 0, correct: 0, pictures: 0, seconds: 0 };

/** Where a run is, without the tensors, which its runner holds. */
export type RunState = Omit<TrainingState, 'tensors' | 'recipe'>;

/** A network, its data and its recipe on the way through the steps of a run. */
export class TrainingRun {
  readonly loader: Loader;
  readonly totalSteps: number;
  state: RunState;
  readonly #network: Module;
  readonly #options: FitOptions;
  readonly #recipe: StepRecipe;
  readonly #generator: Generator;
  readonly #runner: StepRunner;
  readonly #executor: Executor;
  readonly #fallback: string | undefined;
  #next: { readonly epoch: number; readonly step: number; readonly batch: Batch } | undefined;
  #spent: Batch | undefined;

  /** @throws InputError or NetworkError when network, split and options don't fit each other */
  constructor(
    network: Module,
    split: ImageSplit,
    options: FitOptions,
    { executor, fallback }: ChosenExecutor,
    saved?: TrainingState,
  ) {
    const { batchSize, seed, augment, imageShape, labelSmoothing = 0 } = options;
    this.#network = network;
    this.#options = options;
    this.#executor = executor;
    this.#fallback = fallback;
    this.loader = new Loader(split, { batchSize, seed, augment, imageShape });
    this.totalSteps = options.epochs * this.loader.stepsPerEpoch;
    this.#recipe = { ...options, loss: options.loss ?? softmaxCrossEntropy({ labelSmoothing }) };
    requireMasks(network, options.masks);
    const output = outputOf(network, this.loader.imageShape);
    classesOf(output, split.labels);
    if (options.validation) classesOf(output, options.validation.labels);
    const { tensors, recipe, ...state } = saved ?? this.#initial(seed);
    this.state = state;
    this.load(tensors);
    this.#generator = new Generator(state.generator);
    this.#runner = executor.prepare(trainStep(network, this.#recipe, this.#generator));
    this.#runner.load(tensors);
  }

  /** What must be the same for a run to go on exactly. */
  static recipeOf(
    network: Module,
    split: ImageSplit,
    options: FitOptions,
    executor: Executor,
  ): TrainingState['recipe'] {
    const shapes = Object.entries(parameterValues(network)).map(([name, p]) => `${name}[${p.shape}]`);
    return {
      seed: options.seed,
      batchSize: options.batchSize,
      pictures: split.length,
      optimizer: options.optimizer.name,
      executor: executor.name,
      parameters: shapes.join(' '),
    };
  }

  #initial(seed: number): TrainingState {
    const params = applyMasks(parameterValues(this.#network), this.#options.masks);
    return {
      tensors: {
        params,
        buffers: bufferValues(this.#network),
        optimizer: this.#options.optimizer.init(params),
      },
      generator: new Generator(seed).fork('dropout').state,
      epoch: 0,
      step: 0,
      sums: nothing,
      history: [],
      recipe: {},
    };
  }

  /** What runs the steps, and why it is eager where it should not be. */
  get ranBy(): { executor: string; fallback?: string } {
    const fallback = this.#fallback ?? this.#runner.fallback?.();
    return fallback ? { executor: 'eager', fallback } : { executor: this.#executor.name };
  }

  /** What training has made of the tensors so far; the next steps may write over them. */
  tensors(): Promise<TrainingTensors> {
    return this.#runner.read('after');
  }

  /** The rate of the step that comes next. */
  get learningRate(): number {
    const { epoch, step } = this.state;
    return this.#options.schedule(epoch * this.loader.stepsPerEpoch + step, this.totalSteps);
  }

  /**
   * One batch through the training step, while the next one is being loaded.
   * @returns its loss
   * @throws TrainingError when the loss is not finite
   */
  async advance(): Promise<number> {
    const began = performance.now();
    const { epoch, step, sums } = this.state;
    const batch = this.#batch(epoch, step);
    const before = this.#generator.state;
    const running = this.#runner.step(batch, this.learningRate);
    this.#prefetch();
    const { loss, correct } = await running;
    if (!Number.isFinite(loss)) throw await this.#notFinite(loss, batch, before);
    this.#spent = batch;
    const count = batch.labels.size;
    // Not `...this.state`: see `mergeTensors`.
    this.state = Object.assign({}, this.state, {
      generator: this.#generator.state,
      step: step + 1,
      sums: {
        loss: sums.loss + loss * count,
        correct: sums.correct + correct,
        pictures: sums.pictures + count,
        seconds: sums.seconds + (performance.now() - began) / 1000,
      },
    });
    return loss;
  }

  #batch(epoch: number, step: number): Batch {
    const next = this.#next;
    this.#next = undefined;
    return next?.epoch === epoch && next.step === step ? next.batch : this.loader.batch(epoch, step);
  }

  /** Loads the batch after the one under way. What fails here fails again, and is told, when the batch is needed. */
  #prefetch(): void {
    const { epoch, step } = this.state;
    const last = step + 1 === this.loader.stepsPerEpoch;
    if (last && epoch + 1 === this.#options.epochs) return;
    const next = last ? { epoch: epoch + 1, step: 0 } : { epoch, step: step + 1 };
    const memory = this.#spent;
    this.#spent = undefined;
    try {
      const batch = this.loader.batch(next.epoch, next.step, memory);
      this.#next = { epoch: next.epoch, step: next.step, batch };
    } catch {
      this.#next = undefined;
    }
  }

  /** @throws TrainingError when a parameter or buffer is not finite, which the loss would show one step later */
  requireFinite(tensors: TrainingTensors): void {
    const { epoch, step } = this.state;
    for (const [name, x] of Object.entries(packTensors(tensors))) {
      const value = firstNonFinite(x);
      if (value !== undefined)
        throw new TrainingError(
          `training: expected finite values after epoch ${epoch + 1}, got ${value} in ${name}; ${remedy}`,
          { epoch, step, source: name },
        );
    }
  }

  /** Gives the network the values of a state, as copies: the next steps may write over a state. */
  load({ params, buffers }: TrainingTensors): void {
    loadState(this.#network, copies({ ...params, ...buffers }));
  }

  async dispose(): Promise<void> {
    await this.#runner.dispose?.();
  }

  loadBest({ tensors }: Best): void {
    if (tensors) this.load({ ...unpackTensors(tensors) });
  }

  /** Parameters and buffers that were loaded last, as `Best` keeps them. */
  snapshot(): Tensors {
    const params = parameterValues(this.#network);
    return packTensors({ params, buffers: bufferValues(this.#network), optimizer: {} });
  }

  nextEpoch(change: Pick<TrainingState, 'history' | 'best'>): void {
    this.state = { ...this.state, ...change, epoch: this.state.epoch + 1, step: 0, sums: nothing };
  }

  async #notFinite(
    loss: number,
    batch: Batch,
    generator: TrainingState['generator'],
  ): Promise<TrainingError> {
    const { epoch, step } = this.state;
    const inputs = stepInputs(await this.#runner.read('before'), batch, this.learningRate);
    const found = findNonFinite(trainStep(this.#network, this.#recipe, new Generator(generator)), inputs);
    const where = found
      ? `; the first number that was not finite, ${found.value}, came from ${found.source}`
      : '';
    return new TrainingError(
      `training: expected a finite loss, got ${loss} at step ${step + 1} of epoch ${epoch + 1}${where}; ${remedy}`,
      { epoch, step, source: found?.source },
    );
  }
}

/** What a network gives for one picture. One whose forward pass reads elements can't be traced: it gets a black one. */
function outputOf(network: Module, imageShape: ImageShape): TensorType {
  const input = { dtype: 'uint8', shape: [1, ...imageShape] } as const;
  try {
    return describeNetwork(network, input).output;
  } catch {
    return noGrad(() => network.forward(zeros(input.shape, input.dtype)));
  }
}

const copies = (tensors: Tensors): Tensors => mapTensors(tensors, (x) => new Tensor(x, x.data.slice()));

function requireMasks(network: Module, masks: Tensors = {}): void {
  const params = parameterValues(network);
  for (const [name, mask] of Object.entries(masks))
    if (params[name]?.shape.join() !== mask.shape.join() || params[name].dtype !== mask.dtype)
      throw new InputError(
        'fit',
        `a mask like ${name}, ${params[name] ?? 'which the network lacks'}`,
        `${mask}`,
      );
}

import { full, Generator, InputError, Tensor, type Tensors } from '@trainyard/autograd';
import type { Best, EpochSums, TrainingState } from './checkpoint/training-state.ts';
import { type Batch, Loader } from './data/index.ts';
import type { ImageSplit } from './dataset.ts';
import { describeNetwork } from './describe.ts';
import { classesOf } from './evaluate.ts';
import { eager, type PreparedStep } from './executor.ts';
import { findNonFinite, firstNonFinite } from './find-non-finite.ts';
import type { FitOptions } from './fit-options.ts';
import { softmaxCrossEntropy } from './losses/index.ts';
import { bufferValues, loadState, type Module, parameterValues } from './module.ts';
import { mapTensors } from './optim/optimizer.ts';
import { applyMasks, packTensors, type StepRecipe, trainStep, unpackTensors } from './train-step.ts';
import { TrainingError } from './training-error.ts';

const remedy = 'lower the learning rate, clip the gradients or look at the data';

const nothing: EpochSums = { loss: 0, correct: 0, pictures: 0, seconds: 0 };

/** A network, its data and its recipe on the way through the steps of a run. */
export class TrainingRun {
  readonly loader: Loader;
  readonly totalSteps: number;
  state: TrainingState;
  readonly #network: Module;
  readonly #options: FitOptions;
  readonly #recipe: StepRecipe;
  readonly #generator: Generator;
  readonly #step: PreparedStep;

  /** @throws InputError or NetworkError when network, split and options don't fit each other */
  constructor(network: Module, split: ImageSplit, options: FitOptions, saved?: TrainingState) {
    const { batchSize, seed, augment, imageShape, labelSmoothing = 0 } = options;
    this.#network = network;
    this.#options = options;
    this.loader = new Loader(split, { batchSize, seed, augment, imageShape });
    this.totalSteps = options.epochs * this.loader.stepsPerEpoch;
    this.#recipe = { ...options, loss: options.loss ?? softmaxCrossEntropy({ labelSmoothing }) };
    requireMasks(network, options.masks);
    const { output } = describeNetwork(network, { dtype: 'uint8', shape: [1, ...this.loader.imageShape] });
    classesOf(output, split.labels);
    this.state = saved ?? this.#initial(seed);
    this.load(this.state.tensors);
    this.#generator = new Generator(this.state.generator);
    this.#step = (options.executor ?? eager).prepare(trainStep(network, this.#recipe, this.#generator));
  }

  /** What must be the same for a run to go on exactly. */
  static recipeOf(network: Module, split: ImageSplit, options: FitOptions): TrainingState['recipe'] {
    const shapes = Object.entries(parameterValues(network)).map(([name, p]) => `${name}[${p.shape}]`);
    return {
      seed: options.seed,
      batchSize: options.batchSize,
      pictures: split.length,
      optimizer: options.optimizer.name,
      executor: (options.executor ?? eager).name,
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
    const fallback = this.#step.fallback?.();
    return fallback
      ? { executor: eager.name, fallback }
      : { executor: (this.#options.executor ?? eager).name };
  }

  /** The rate of the step that comes next. */
  get learningRate(): number {
    const { epoch, step } = this.state;
    return this.#options.schedule(epoch * this.loader.stepsPerEpoch + step, this.totalSteps);
  }

  /**
   * One batch through the training step.
   * @returns its loss
   * @throws TrainingError when the loss is not finite; the state stays that of before
   */
  async advance(): Promise<number> {
    const began = performance.now();
    const { epoch, step, sums, tensors } = this.state;
    const batch = this.loader.batch(epoch, step);
    const inputs = this.#inputs(tensors, batch);
    const before = this.#generator.state;
    const outputs = await this.#step(inputs);
    const loss = outputs.loss.item();
    if (!Number.isFinite(loss)) throw this.#notFinite(loss, inputs, before);
    const count = batch.labels.size;
    this.state = {
      ...this.state,
      tensors: unpackTensors(outputs),
      generator: this.#generator.state,
      step: step + 1,
      sums: {
        loss: sums.loss + loss * count,
        correct: sums.correct + outputs.correct.item(),
        pictures: sums.pictures + count,
        seconds: sums.seconds + (performance.now() - began) / 1000,
      },
    };
    return loss;
  }

  /** @throws TrainingError when a parameter or buffer is not finite, which the loss would show one step later */
  requireFinite(): void {
    const { epoch, step, tensors } = this.state;
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
  load({ params, buffers }: TrainingState['tensors']): void {
    loadState(this.#network, copies({ ...params, ...buffers }));
  }

  async dispose(): Promise<void> {
    await this.#step.dispose?.();
  }

  loadBest({ tensors }: Best): void {
    if (tensors) this.load({ ...unpackTensors(tensors) });
  }

  /** Copies of parameters and buffers, as `Best` keeps them. */
  snapshot(): Tensors {
    return copies(packTensors({ ...this.state.tensors, optimizer: {} }));
  }

  nextEpoch(change: Pick<TrainingState, 'history' | 'best'>): void {
    this.state = { ...this.state, ...change, epoch: this.state.epoch + 1, step: 0, sums: nothing };
  }

  #inputs(tensors: TrainingState['tensors'], batch: Batch): Tensors {
    return { ...packTensors(tensors), ...batch, learningRate: full([], this.learningRate) };
  }

  #notFinite(loss: number, inputs: Tensors, generator: TrainingState['generator']): TrainingError {
    const { epoch, step } = this.state;
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

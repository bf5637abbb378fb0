import { InputError } from '@trainyard/autograd';
import { lastGoodCheckpoint } from './checkpoint/last-good.ts';
import {
  type EpochRecord,
  encodeCheckpoint,
  requireSameRecipe,
  type TrainingState,
} from './checkpoint/training-state.ts';
import { chooseExecutor } from './choose-executor.ts';
import { nextTurn } from './data/index.ts';
import type { ImageSplit } from './dataset.ts';
import { Evaluator } from './evaluate.ts';
import type { Callback, FitOptions, FitResult, RunShape } from './fit-options.ts';
import type { Module } from './module.ts';
import { initialize } from './nn/initialize.ts';
import { inRange, positive } from './options.ts';
import { type RunState, TrainingRun } from './training-run.ts';

/**
 * Trains a network on a split. Parameters that have no value yet are drawn from the seed first; the network holds the
 * result at the end. The same seed gives the same bytes, also when the run was stopped and resumed on the way.
 * It lets the event loop run between steps, so the signal can abort it: it then writes its checkpoint and returns.
 * @throws TrainingError when the loss is not finite any more
 * A checkpoint that is damaged is put aside with a warning, and the run goes on from the one before, or starts anew.
 * @throws CheckpointError when the checkpoint to resume from is of a run with other options
 * @throws InputError, NetworkError when options, pictures and network don't fit each other
 */
export async function fit(network: Module, split: ImageSplit, options: FitOptions): Promise<FitResult> {
  requireOptions(options);
  initialize(network, options.seed, { blankOnly: true });
  const chosen = await chooseExecutor(options);
  // A progress tells it when the run begins.
  if (chosen.fallback && !options.progress) console.warn(chosen.fallback);
  const recipe = TrainingRun.recipeOf(network, split, options, chosen.executor);
  const saved = options.resume ? await readCheckpoint(options, recipe) : undefined;
  const run = new TrainingRun(network, split, options, chosen, saved);
  // Where training is eager, one line has said so.
  const evaluator = new Evaluator(network, chosen, (line) => run.ranBy.fallback ?? console.warn(line));
  try {
    return await runFit(run, evaluator, split, recipe, options);
  } finally {
    await run.dispose();
    await evaluator.dispose();
  }
}

async function runFit(
  run: TrainingRun,
  evaluator: Evaluator,
  split: ImageSplit,
  recipe: TrainingState['recipe'],
  options: FitOptions,
): Promise<FitResult> {
  const listeners = [...(options.callbacks ?? []), ...(options.progress ? [options.progress] : [])];
  const checkpoint = checkpointWriter(run, recipe, options);
  await tell(listeners, (l) => l.onBegin?.(runShape(run, split, options)));
  const stopped = await runEpochs(run, evaluator, listeners, checkpoint, options);
  run.load(await run.tensors());
  await checkpoint.write();
  const { best, history } = run.state;
  if (options.keepBest && best && stopped !== 'aborted') run.loadBest(best);
  const result: FitResult = {
    history,
    stopped,
    ...(best && { best: { epoch: best.epoch, score: best.score } }),
    ...run.ranBy,
  };
  await tell(listeners, (l) => l.onEnd?.(result));
  return result;
}

async function runEpochs(
  run: TrainingRun,
  evaluator: Evaluator,
  listeners: readonly Callback[],
  checkpoint: CheckpointWriter,
  options: FitOptions,
): Promise<FitResult['stopped']> {
  const { stepsPerEpoch } = run.loader;
  while (run.state.epoch < options.epochs) {
    if (outOfPatience(run.state, options)) return 'early';
    while (run.state.step < stepsPerEpoch) {
      if (options.signal?.aborted) return 'aborted';
      const { learningRate } = run;
      const loss = await run.advance();
      const { epoch, step, sums } = run.state;
      const meanLoss = sums.loss / sums.pictures;
      const meanAccuracy = sums.correct / sums.pictures;
      const event = { epoch, step, stepsPerEpoch, loss, meanLoss, meanAccuracy, learningRate };
      await tell(listeners, (l) => l.onStep?.(event));
      if (step < stepsPerEpoch && checkpoint.isDue()) await checkpoint.write();
      await nextTurn();
    }
    if (options.signal?.aborted) return 'aborted';
    const record = await finishEpoch(run, evaluator, options);
    if (!record) return 'aborted';
    let stopped = false;
    const stop = () => {
      stopped = true;
    };
    await tell(listeners, (l) => l.onEpoch?.(record, { history: run.state.history, stop }));
    if (stopped) return 'callback';
    if (checkpoint.isDue()) await checkpoint.write();
  }
  return outOfPatience(run.state, options) ? 'early' : 'completed';
}

/** @returns undefined where the signal ended it; resumed, the run evaluates the epoch anew */
async function finishEpoch(
  run: TrainingRun,
  evaluator: Evaluator,
  options: FitOptions,
): Promise<EpochRecord | undefined> {
  const { epoch, sums, history, best } = run.state;
  const tensors = await run.tensors();
  run.requireFinite(tensors);
  run.load(tensors);
  const { validation, imageShape, monitor = 'accuracy', signal } = options;
  const validated =
    validation && (await untilAborted(evaluator.run(validation, { imageShape, signal }), signal));
  if (validation && !validated) return undefined;
  const rate = options.schedule((epoch + 1) * run.loader.stepsPerEpoch - 1, run.totalSteps);
  const record: EpochRecord = {
    epoch: epoch + 1,
    loss: sums.loss / sums.pictures,
    accuracy: sums.correct / sums.pictures,
    ...(validated && { validation: { loss: validated.loss, accuracy: validated.accuracy } }),
    learningRate: rate,
    seconds: sums.seconds,
    imagesPerSecond: sums.pictures / sums.seconds,
  };
  const score = (record.validation ?? record)[monitor];
  const gain = best ? (monitor === 'loss' ? best.score - score : score - best.score) : Infinity;
  const better = gain > (options.earlyStopping?.minDelta ?? 0);
  const now = { epoch: record.epoch, score, ...(options.keepBest && { tensors: run.snapshot() }) };
  run.nextEpoch({ history: [...history, record], best: better ? now : best });
  return record;
}

/** What comes of a job, or nothing where the signal aborted it. */
const untilAborted = <T>(job: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> =>
  job.catch((error) => {
    if (!signal?.aborted || error !== signal.reason) throw error;
    return undefined;
  });

const outOfPatience = ({ best, epoch }: RunState, { earlyStopping }: FitOptions): boolean =>
  earlyStopping !== undefined && best !== undefined && epoch - best.epoch >= earlyStopping.patience;

interface CheckpointWriter {
  isDue(): boolean;
  write(): Promise<void>;
}

function checkpointWriter(
  run: TrainingRun,
  recipe: TrainingState['recipe'],
  { checkpoint }: FitOptions,
): CheckpointWriter {
  if (!checkpoint) return { isDue: () => false, write: async () => undefined };
  const { store, everySteps, everySeconds } = checkpoint;
  let steps = 0;
  let written = performance.now();
  return {
    isDue() {
      steps++;
      if (everySteps !== undefined && steps >= everySteps) return true;
      if (everySeconds !== undefined) return performance.now() - written >= everySeconds * 1000;
      return everySteps === undefined && run.state.step === 0;
    },
    async write() {
      await store.write(await encodeCheckpoint({ ...run.state, tensors: await run.tensors(), recipe }));
      steps = 0;
      written = performance.now();
    },
  };
}

async function readCheckpoint(
  options: FitOptions,
  recipe: TrainingState['recipe'],
): Promise<TrainingState | undefined> {
  if (!options.checkpoint)
    throw new InputError('fit', 'a checkpoint store to resume from', 'none', 'give checkpoint: { store }');
  const saved = await lastGoodCheckpoint(options.checkpoint.store, (line) => console.warn(line));
  if (saved) requireSameRecipe(saved, recipe);
  return saved;
}

async function tell(listeners: readonly Callback[], what: (listener: Callback) => unknown): Promise<void> {
  for (const listener of listeners) await what(listener);
}

const runShape = (run: TrainingRun, split: ImageSplit, { epochs }: FitOptions): RunShape => ({
  ...run.ranBy,
  epochs,
  stepsPerEpoch: run.loader.stepsPerEpoch,
  pictures: split.length,
  epoch: run.state.epoch,
  step: run.state.step,
});

function requireOptions({ epochs, earlyStopping, labelSmoothing, checkpoint }: FitOptions): void {
  positive('fit', 'epochs', epochs);
  inRange('fit', 'labelSmoothing', labelSmoothing ?? 0, 0, 1);
  if (earlyStopping) positive('fit', 'earlyStopping.patience', earlyStopping.patience);
  if (checkpoint?.everySteps !== undefined) positive('fit', 'checkpoint.everySteps', checkpoint.everySteps);
}

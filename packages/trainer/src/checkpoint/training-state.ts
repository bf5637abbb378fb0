import type { GeneratorState, Tensors } from '@trainyard/autograd';
import { packTensors, type TrainingTensors, unpackTensors } from '../train-step.ts';
import { CheckpointError, decodeArchive, encodeArchive } from './archive.ts';

/** What one epoch brought. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean over the epoch's pictures, in training mode and with penalties. */
  readonly loss: number;
  /** Share of the epoch's pictures that were classified right as they were trained on. */
  readonly accuracy: number;
  readonly validation?: { readonly loss: number; readonly accuracy: number };
  /** Rate of the last step. */
  readonly learningRate: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** Sums over the steps of an epoch so far. */
export interface EpochSums {
  readonly loss: number;
  readonly correct: number;
  readonly pictures: number;
  readonly seconds: number;
}

export interface Best {
  readonly epoch: number;
  readonly score: number;
  /** Parameters and buffers of that epoch, by `params.` and `buffers.`; absent where they were not to be kept. */
  readonly tensors?: Tensors;
}

/** Everything that a run needs to go on exactly as if it had not been interrupted. */
export interface TrainingState {
  readonly tensors: TrainingTensors;
  readonly generator: GeneratorState;
  /** The epoch under way, counted from 0, and the steps of it that are done. */
  readonly epoch: number;
  readonly step: number;
  readonly sums: EpochSums;
  readonly history: readonly EpochRecord[];
  readonly best?: Best | undefined;
  /** What must be the same when the run goes on, by its name in `fit`'s options. */
  readonly recipe: Readonly<Record<string, string | number>>;
}

/** The bytes of a checkpoint. */
export const encodeCheckpoint = ({ tensors, best, ...meta }: TrainingState): Promise<Uint8Array> =>
  encodeArchive({
    meta: { kind: 'training', ...meta, best: best && { epoch: best.epoch, score: best.score } },
    tensors: {
      ...packTensors(tensors),
      ...Object.fromEntries(Object.entries(best?.tensors ?? {}).map(([name, t]) => [`best.${name}`, t])),
    },
  });

/** @throws CheckpointError when the bytes are no checkpoint of a training run, cut off or changed */
export async function decodeCheckpoint(bytes: Uint8Array, what = 'checkpoint'): Promise<TrainingState> {
  const { meta, tensors } = await decodeArchive(bytes, what);
  if (!isTrainingMeta(meta))
    throw new CheckpointError(
      `${what}: expected the state of a training run, got something else; check the path`,
    );
  const { generator, epoch, step, sums, history, best, recipe } = meta;
  const bestTensors = Object.fromEntries(
    Object.entries(tensors).flatMap(([name, t]) => (name.startsWith('best.') ? [[name.slice(5), t]] : [])),
  );
  return {
    tensors: unpackTensors(tensors),
    generator,
    epoch,
    step,
    sums,
    history,
    best: best && (Object.keys(bestTensors).length > 0 ? { ...best, tensors: bestTensors } : best),
    recipe,
  };
}

type TrainingMeta = Omit<TrainingState, 'tensors'>;

function isTrainingMeta(meta: unknown): meta is TrainingMeta {
  const { kind, epoch, step, sums, history, recipe, generator } = (meta ?? {}) as Partial<TrainingMeta> & {
    kind?: unknown;
  };
  return (
    kind === 'training' &&
    [epoch, step].every((n) => Number.isSafeInteger(n) && (n as number) >= 0) &&
    [sums, recipe, generator].every((part) => typeof part === 'object' && part !== null) &&
    Array.isArray(history)
  );
}

/** @throws CheckpointError when a checkpoint was made by a run with other options, so that it can't go on exactly */
export function requireSameRecipe(saved: TrainingState, recipe: TrainingState['recipe']): void {
  for (const [name, value] of Object.entries(recipe))
    if (saved.recipe[name] !== value)
      throw new CheckpointError(
        `checkpoint: expected ${name} ${value}, got one made with ${saved.recipe[name]}; ` +
          'resume with the options it was made with, or start anew without it',
      );
}

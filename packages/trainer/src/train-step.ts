import {
  add,
  argMax,
  cast,
  equal,
  type Generator,
  mul,
  sum,
  type Tensor,
  type Tensors,
  valueAndGradAux,
} from '@trainyard/autograd';
import type { TensorFunction } from './executor.ts';
import { type Module, withState } from './module.ts';
import { clipByGlobalNorm, clipByValue, penalty, type Regularization } from './optim/gradients.ts';
import { mapTensors, type Optimizer } from './optim/optimizer.ts';

/** A mean over the batch, a float scalar, of logits [N, classes] and int32 labels [N]. */
export type Loss = (logits: Tensor, labels: Tensor) => Tensor;

export interface StepRecipe {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly regularize?: Regularization | undefined;
  /** Limits of the gradients: of their norm as one vector, and of each element. */
  readonly clipGradients?: { readonly norm?: number; readonly value?: number } | undefined;
  /** Factors of 0 and 1 by the name of their parameter, which the parameter keeps through training. */
  readonly masks?: Tensors | undefined;
}

/** What training changes from step to step. */
export interface TrainingTensors {
  readonly params: Tensors;
  readonly buffers: Tensors;
  readonly optimizer: Tensors;
}

const groups = ['params', 'buffers', 'optimizer'] as const;

/** One record for all of it, `params.conv1.weight` style, as functions that are traced want it. */
export const packTensors = (tensors: TrainingTensors): Tensors =>
  Object.fromEntries(
    groups.flatMap((group) => Object.entries(tensors[group]).map(([name, t]) => [`${group}.${name}`, t])),
  );

/** The inverse of `packTensors`; other names are left out. */
export function unpackTensors(packed: Tensors): TrainingTensors {
  const groupOf = (group: string): Tensors =>
    Object.fromEntries(
      Object.entries(packed).flatMap(([name, t]) =>
        name.startsWith(`${group}.`) ? [[name.slice(group.length + 1), t]] : [],
      ),
    );
  return { params: groupOf('params'), buffers: groupOf('buffers'), optimizer: groupOf('optimizer') };
}

/** Parameters times their masks of 0 and 1; those without a mask stay. */
export const applyMasks = (params: Tensors, masks: Tensors = {}): Tensors =>
  mapTensors(params, (p, name) => (masks[name] ? mul(p, masks[name]) : p));

/**
 * A whole training step as one pure function of tensors, all in operators: forward, loss, gradients, optimizer.
 * It takes what `packTensors` gives, `images` (uint8 [N, H, W, C]), `labels` (int32 [N]) and `learningRate` (a
 * float32 scalar); it gives the packed tensors after the step, `loss` (penalties included) and `correct`, the number
 * of pictures whose top class is the label.
 * @param generator draws the masks of dropout
 */
export function trainStep(network: Module, recipe: StepRecipe, generator: Generator): TensorFunction {
  const objective = valueAndGradAux((params: Tensors, buffers: Tensors, images: Tensor, labels: Tensor) => {
    const [logits, after] = withState(network, { ...params, ...buffers }, () =>
      network.forward(images, { training: true, generator }),
    );
    const loss = recipe.loss(logits, labels);
    const extra = recipe.regularize && penalty(params, recipe.regularize);
    return [extra ? add(loss, extra) : loss, { logits, after }] as const;
  });
  return (inputs) => {
    const { params, buffers, optimizer } = unpackTensors(inputs);
    const { images, labels, learningRate } = inputs;
    const [loss, grads, { logits, after }] = objective(params, buffers, images, labels);
    const moved = recipe.optimizer.step(params, limited(grads, recipe), optimizer, learningRate);
    const correct = sum(cast(equal(argMax(logits, 1), cast(labels, 'int64')), 'float32'));
    return {
      ...packTensors({
        params: applyMasks(moved.params, recipe.masks),
        buffers: after,
        optimizer: moved.state,
      }),
      loss,
      correct,
    };
  };
}

function limited(grads: Tensors, { clipGradients }: StepRecipe): Tensors {
  const { norm, value } = clipGradients ?? {};
  const within = value === undefined ? grads : clipByValue(grads, value);
  return norm === undefined ? within : clipByGlobalNorm(within, norm);
}

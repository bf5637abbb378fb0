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
import { mergeTensors } from './merge-tensors.ts';
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

const withPrefix = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [`${prefix}.${name}`, t]));

const withoutPrefix = (prefix: string, packed: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(packed).flatMap(([name, t]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), t]] : [],
    ),
  );

/** One record for all of it, `params.conv1.weight` style, as functions that are traced want it. */
export const packTensors = ({ params, buffers, optimizer }: TrainingTensors): Tensors =>
  mergeTensors(
    withPrefix('params', params),
    withPrefix('buffers', buffers),
    withPrefix('optimizer', optimizer),
  );

/** The inverse of `packTensors`; other names are left out. */
export const unpackTensors = (packed: Tensors): TrainingTensors => ({
  params: withoutPrefix('params', packed),
  buffers: withoutPrefix('buffers', packed),
  optimizer: withoutPrefix('optimizer', packed),
});

/** Parameters times their masks of 0 and 1; those without a mask stay. */
export const applyMasks = (params: Tensors, masks: Tensors = {}): Tensors =>
  mapTensors(params, (p, name) => (masks[name] ? mul(p, masks[name]) : p));

/** A pure function from tensors by name to tensors by name. */
export type TensorFunction = (inputs: Tensors) => Tensors;

/** A training step, and the two parts that it consists of. */
export interface TrainStep extends TensorFunction {
  /**
   * Forward and backward on a batch, or on a part of one: takes what the step takes but `optimizer` and
   * `learningRate`, gives `gradients` by the names of the parameters, `buffers` after it, `loss` and `correct`.
   */
  readonly gradients: TensorFunction;
  /** Takes `params`, `gradients`, `optimizer` and `learningRate`, gives `params` and `optimizer` after the step. */
  readonly update: TensorFunction;
}

/**
 * A whole training step as one pure function of tensors, all in operators: forward, loss, gradients, optimizer.
 * It takes what `packTensors` gives, `images` (uint8 [N, H, W, C]), `labels` (int32 [N]) and `learningRate` (a
 * float32 scalar); it gives the packed tensors after the step, `loss` (penalties included) and `correct`, the number
 * of pictures whose top class is the label.
 * @param generator draws the masks of dropout
 */
export function trainStep(network: Module, recipe: StepRecipe, generator: Generator): TrainStep {
  const objective = valueAndGradAux((params: Tensors, buffers: Tensors, images: Tensor, labels: Tensor) => {
    const [logits, after] = withState(network, mergeTensors(params, buffers), () =>
      network.forward(images, { training: true, generator }),
    );
    const loss = recipe.loss(logits, labels);
    const extra = recipe.regularize && penalty(params, recipe.regularize);
    return [extra ? add(loss, extra) : loss, { logits, after }] as const;
  });
  const gradients: TensorFunction = (inputs) => {
    const { params, buffers } = unpackTensors(inputs);
    const { images, labels } = inputs;
    const [loss, grads, { logits, after }] = objective(params, buffers, images, labels);
    const correct = sum(cast(equal(argMax(logits, 1), cast(labels, 'int64')), 'float32'));
    return mergeTensors(withPrefix('gradients', grads), withPrefix('buffers', after), { loss, correct });
  };
  const update: TensorFunction = (inputs) => {
    const { params, optimizer } = unpackTensors(inputs);
    const grads = limited(withoutPrefix('gradients', inputs), recipe);
    const moved = recipe.optimizer.step(params, grads, optimizer, inputs.learningRate);
    return mergeTensors(
      withPrefix('params', applyMasks(moved.params, recipe.masks)),
      withPrefix('optimizer', moved.state),
    );
  };
  const whole: TensorFunction = (inputs) => {
    const computed = gradients(inputs);
    const moved = update(mergeTensors(inputs, computed));
    const kept = Object.entries(computed).filter(([name]) => !name.startsWith('gradients.'));
    return mergeTensors(moved, Object.fromEntries(kept));
  };
  return Object.assign(whole, { gradients, update });
}

function limited(grads: Tensors, { clipGradients }: StepRecipe): Tensors {
  const { norm, value } = clipGradients ?? {};
  const within = value === undefined ? grads : clipByValue(grads, value);
  return norm === undefined ? within : clipByGlobalNorm(within, norm);
}

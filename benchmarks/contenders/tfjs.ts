import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@trainyard/autograd';
import { bufferValues, parameterValues } from '@trainyard/trainer';
import type { Contender } from '../contender.ts';
import { batchSize, type TrainTask } from '../task.ts';
import { tracedForward } from '../tfjs/forward.ts';
import { arrange, type Held, natural, plain } from '../tfjs/held.ts';

/** A variable in the order in which TensorFlow reads it. */
interface HeldVariable extends Held {
  readonly tensor: tf.Variable;
}

export interface TfjsOptions {
  readonly name: string;
  /** A backend that is registered. */
  readonly backend: string;
  readonly threads: 1 | 2;
}

const toTf = ({ data, sizes, dtype }: Tensor): tf.Tensor =>
  tf.tensor(
    dtype === 'uint8' ? Int32Array.from(data as Uint8Array) : (data as Float32Array | Int32Array),
    [...sizes],
    dtype === 'float32' ? 'float32' : 'int32',
  );

/** The network in TensorFlow.js: variables, channels last, its own gradients and optimizer. */
export async function tfjs(task: TrainTask, { name, backend, threads }: TfjsOptions): Promise<Contender> {
  tf.enableProdMode();
  await tf.setBackend(backend);
  const { network, batch, learningRate, momentum } = task;
  const forward = tracedForward(network, batch.images);
  const variables = (values: Readonly<Record<string, Tensor>>, trainable: boolean) =>
    new Map<string, HeldVariable>(
      Object.entries(values).map(([key, value]) => {
        const axes = forward.axesOf(key);
        const tensor = tf.tidy(() => tf.variable(arrange(plain(toTf(value)), axes), trainable));
        return [key, { tensor, axes }];
      }),
    );
  const params = variables(parameterValues(network), true);
  const buffers = variables(bufferValues(network), false);
  const images = plain(toTf(batch.images));
  const labels = toTf(batch.labels);
  const loss = (): tf.Scalar => {
    const results = forward.run(new Map<string, Held>([['images', images], ...params, ...buffers]));
    for (const [key, { tensor }] of buffers) tensor.assign(results.get(key)!.tensor);
    const { tensor: logits } = results.get('logits')!;
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, logits.shape[1]!), logits);
  };
  const optimizer = tf.train.momentum(learningRate, momentum);
  const trained = [...params.values()].map(({ tensor }) => tensor);
  return {
    name,
    batch: batchSize(task),
    peer: true,
    threads,
    parts: 1,
    compiles: false,
    step: async () => {
      await tf.setBackend(backend);
      const value = optimizer.minimize(loss, true, trained)!;
      const [result] = await value.data();
      value.dispose();
      return result;
    },
    gradients: async () => {
      const weights = new Map((await optimizer.getWeights()).map((w) => [w.name, w.tensor]));
      return Object.fromEntries(
        [...params].map(([key, { tensor, axes }]) => {
          const velocity = weights.get(`${tensor.name}/momentum`)!;
          return [key, tf.tidy(() => natural({ tensor: velocity, axes }).dataSync())];
        }),
      );
    },
    dispose: async () => {
      optimizer.dispose();
      tf.dispose([images.tensor, labels, ...trained, ...[...buffers.values()].map(({ tensor }) => tensor)]);
    },
  };
}

const nodePackage: string = '@tensorflow/tfjs-node';
export const nodeBackend = 'tensorflow';

/** Registers the backend of tfjs-node, an optional dependency. @returns why it can't be had, in one line */
export async function loadTfjsNode(): Promise<string | undefined> {
  try {
    await import(nodePackage);
    await tf.setBackend(nodeBackend);
    // On some versions of Node it loads, and fails at its first operator.
    tf.tidy(() => tf.add(1, 1).dataSync());
    return undefined;
  } catch (error) {
    return `${nodePackage} can't be used: ${(error as Error).message.split('\n')[0]}`;
  }
}

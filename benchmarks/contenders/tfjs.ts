import * as tf from '@tensorflow/tfjs';
import type { Contender } from '../contender.ts';
import type { RefcnnTask } from '../networks/refcnn.ts';

/** Axes from our layout to TensorFlow's, for weights and pictures; the dense layer sees channels last there. */
const toTheirs: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  conv1Weight: (x) => x.transpose([2, 3, 1, 0]),
  conv2Weight: (x) => x.transpose([2, 3, 1, 0]),
  dense1Weight: (x) => x.reshape([128, 64, 5, 5]).transpose([2, 3, 1, 0]).reshape([1600, 128]),
  dense2Weight: (x) => x.transpose(),
};

const toOurs: typeof toTheirs = {
  conv1Weight: (x) => x.transpose([3, 2, 0, 1]),
  conv2Weight: (x) => x.transpose([3, 2, 0, 1]),
  dense1Weight: (x) => x.reshape([5, 5, 64, 128]).transpose([3, 2, 0, 1]).reshape([128, 1600]),
  dense2Weight: (x) => x.transpose(),
};

/** TensorFlow.js on its pure-JavaScript backend. */
export async function tfjsRefcnn(task: RefcnnTask): Promise<Contender> {
  await tf.setBackend('cpu');
  const images = tf
    .tensor(task.images.data as Float32Array, [...task.images.sizes])
    .transpose([0, 2, 3, 1]) as tf.Tensor4D;
  const labels = tf.oneHot(tf.tensor1d(task.labels.data as Int32Array, 'int32'), 10);
  const variables: Record<string, tf.Variable> = {};
  for (const [name, x] of Object.entries(task.params)) {
    const own = tf.tensor(x.data as Float32Array, [...x.sizes]);
    variables[name] = tf.variable(toTheirs[name]?.(own) ?? own);
  }
  const v = variables;
  const loss = (): tf.Scalar => {
    const convolve = (x: tf.Tensor4D, layer: string) =>
      tf
        .conv2d(x, v[`${layer}Weight`] as tf.Variable<tf.Rank.R4>, 1, 'valid')
        .add<tf.Tensor4D>(v[`${layer}Bias`])
        .relu()
        .maxPool<tf.Tensor4D>(2, 2, 'valid');
    const pooled = convolve(convolve(images, 'conv1'), 'conv2');
    const hidden = pooled.reshape([images.shape[0], 1600]).matMul(v.dense1Weight).add(v.dense1Bias).relu();
    return tf.losses.softmaxCrossEntropy(labels, hidden.matMul(v.dense2Weight).add(v.dense2Bias));
  };
  const optimizer = tf.train.momentum(task.learningRate, task.momentum);
  return {
    name: 'tfjs cpu',
    check: () => {
      const { value, grads } = tf.variableGrads(loss);
      const gradients = Object.entries(variables).map(([name, variable]) => {
        const gradient = grads[variable.name];
        return [name, (toOurs[name]?.(gradient) ?? gradient).dataSync()];
      });
      return { loss: value.dataSync()[0], gradients: Object.fromEntries(gradients) };
    },
    step: () => {
      const value = optimizer.minimize(loss, true, Object.values(variables)) as tf.Scalar;
      const [result] = value.dataSync();
      value.dispose();
      return result;
    },
    dispose: () => {
      optimizer.dispose();
      tf.disposeVariables();
    },
  };
}

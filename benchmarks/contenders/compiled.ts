import { compile, full, matMul, type Tensors, valueAndGrad } from '@trainyard/autograd';
import { packTensors, sgd, unpackTensors } from '@trainyard/trainer';
import * as ort from 'onnxruntime-node';
import type { Contender } from '../contender.ts';
import { type RefcnnParams, type RefcnnTask, refcnnLoss } from '../networks/refcnn.ts';

/** Our compiled executor: the same step as one graph that ONNX Runtime runs. */
export function compiledRefcnn(task: RefcnnTask, threads: number): Contender {
  const { params, images, labels, learningRate, momentum } = task;
  const options = { ort, session: { intraOpNumThreads: threads } };
  const gradient = valueAndGrad(refcnnLoss);
  const optimizer = sgd({ momentum });
  const step = compile((inputs: Tensors) => {
    const { params: before, optimizer: state } = unpackTensors(inputs);
    const [loss, gradients] = gradient(before as RefcnnParams, inputs.images, inputs.labels);
    const after = optimizer.step(before, gradients, state, inputs.rate);
    return { ...packTensors({ params: after.params, buffers: {}, optimizer: after.state }), loss };
  }, options);
  const rate = full([], learningRate);
  let state = packTensors({ params, buffers: {}, optimizer: optimizer.init(params) });
  return {
    name: `trainyard compiled, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    check: async () => {
      const once = compile((inputs: Tensors) => {
        const { params: at } = unpackTensors(inputs);
        const [loss, gradients] = gradient(at as RefcnnParams, inputs.images, inputs.labels);
        return { ...gradients, loss };
      }, options);
      const { loss, ...gradients } = await once({
        ...packTensors({ params, buffers: {}, optimizer: {} }),
        images,
        labels,
      });
      await once.dispose();
      const fallback = once.fallback();
      if (fallback) throw new Error(`bench: ${fallback}`);
      return {
        loss: loss.item(),
        gradients: Object.fromEntries(
          Object.entries(gradients).map(([name, g]) => [name, g.data as Float32Array]),
        ),
      };
    },
    step: async () => {
      const { loss, ...after } = await step({ ...state, images, labels, rate });
      state = after;
      return loss.item();
    },
    dispose: () => void step.dispose(),
  };
}

/** Operations of `matMul1024`, 2 for a multiply-add. */
export const matMulFlops = 2 * 1024 ** 3;

/** What the machine can do: a product of 1024×1024 float32 matrices in ONNX Runtime. */
export function matMul1024(threads: number): Contender {
  const matrix = full([1024, 1024], 1 / 32);
  const product = compile(({ a, b }) => ({ y: matMul(a, b) }), {
    ort,
    session: { intraOpNumThreads: threads },
  });
  return {
    name: `MatMul 1024³, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    check: () => ({ loss: 1, gradients: {} }),
    step: async () => Number((await product({ a: matrix, b: matrix })).y.data[0]),
    dispose: () => void product.dispose(),
  };
}

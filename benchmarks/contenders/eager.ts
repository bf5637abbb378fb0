import { add, mul, sub, type Tensor, valueAndGrad, zeros } from '@trainyard/autograd';
import type { Contender } from '../contender.ts';
import { type RefcnnParams, type RefcnnTask, refcnnLoss } from '../networks/refcnn.ts';

const mapParams = (params: RefcnnParams, fn: (x: Tensor, name: keyof RefcnnParams) => Tensor): RefcnnParams =>
  Object.fromEntries(
    Object.entries(params).map(([name, x]) => [name, fn(x, name as keyof RefcnnParams)]),
  ) as RefcnnParams;

/** Our eager executor: kernels in plain TypeScript. */
export function eagerRefcnn({ params, images, labels, learningRate, momentum }: RefcnnTask): Contender {
  const step = valueAndGrad(refcnnLoss);
  let current = params;
  let velocity = mapParams(params, (x) => zeros(x.sizes));
  return {
    name: 'trainyard eager',
    check: () => {
      const [loss, gradients] = step(params, images, labels);
      return {
        loss: loss.item(),
        gradients: Object.fromEntries(
          Object.entries(gradients).map(([name, g]) => [name, g.data as Float32Array]),
        ),
      };
    },
    step: () => {
      const [loss, gradients] = step(current, images, labels);
      velocity = mapParams(velocity, (v, name) => add(mul(v, momentum), gradients[name]));
      current = mapParams(current, (p, name) => sub(p, mul(velocity[name], learningRate)));
      return loss.item();
    },
  };
}

import { add, mul, sub, type Tensor, zeros } from '@trainyard/autograd';
import { inRange } from '../options.ts';
import { mapTensors, type Optimizer, renameTensors, slot } from './optimizer.ts';

export interface SgdOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** λ of an L2 penalty λ/2 ‖p‖², added to the gradient. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent as torch.optim.SGD does it:
 * g ← g + λp, v ← μv + g, p ← p − lr · v; with Nesterov's momentum p ← p − lr · (g + μv) (Sutskever et al., 2013).
 * @throws InputError when an option is out of its range
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const momentum = inRange('sgd', 'momentum', options.momentum ?? 0, 0, 1);
  const weightDecay = inRange('sgd', 'weightDecay', options.weightDecay ?? 0, 0, Infinity);
  const nesterov = options.nesterov ?? false;
  const velocity = (name: string) => slot('velocity', name);
  return {
    name: `sgd ${JSON.stringify({ momentum, nesterov, weightDecay })}`,
    init: (params) =>
      momentum === 0
        ? {}
        : renameTensors(
            mapTensors(params, (p) => zeros(p.sizes, p.dtype)),
            velocity,
          ),
    step(params, grads, state, learningRate) {
      const decayed = mapTensors(grads, (g, name) =>
        weightDecay === 0 ? g : add(g, mul(params[name], weightDecay)),
      );
      const move = (directions: Readonly<Record<string, Tensor>>) =>
        mapTensors(params, (p, name) => sub(p, mul(directions[name], learningRate)));
      if (momentum === 0) return { params: move(decayed), state: {} };
      const v = mapTensors(decayed, (g, name) => add(mul(state[velocity(name)], momentum), g));
      const directions = nesterov ? mapTensors(v, (vi, name) => add(decayed[name], mul(vi, momentum))) : v;
      return { params: move(directions), state: renameTensors(v, velocity) };
    },
  };
}

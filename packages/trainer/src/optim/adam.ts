import { add, div, mul, sqrt, square, sub, type Tensors, zeros } from '@trainyard/autograd';
import { mergeTensors } from '../merge-tensors.ts';
import { inRange } from '../options.ts';
import { mapTensors, type Optimizer, renameTensors, slot } from './optimizer.ts';

export interface AdamOptions {
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** λ; `adam` adds λp to the gradient, `adamW` shrinks p by lr · λ before the step. */
  readonly weightDecay?: number;
}

const first = (name: string) => slot('first', name);
const second = (name: string) => slot('second', name);

function adamRule(kind: 'adam' | 'adamW', options: AdamOptions, fallbackDecay: number): Optimizer {
  const [beta1, beta2] = (options.betas ?? [0.9, 0.999]).map((b) => inRange(kind, 'betas', b, 0, 1));
  const eps = inRange(kind, 'eps', options.eps ?? 1e-8, 0, Infinity);
  const weightDecay = inRange(kind, 'weightDecay', options.weightDecay ?? fallbackDecay, 0, Infinity);
  const decoupled = kind === 'adamW';
  const blend = (beta: number, state: Tensors, slotOf: (name: string) => string, values: Tensors) =>
    mapTensors(values, (x, name) => add(mul(state[slotOf(name)], beta), mul(x, 1 - beta)));
  return {
    name: `${kind} ${JSON.stringify({ betas: [beta1, beta2], eps, weightDecay })}`,
    init: (params) => ({
      ...renameTensors(
        mapTensors(params, (p) => zeros(p.sizes, p.dtype)),
        first,
      ),
      ...renameTensors(
        mapTensors(params, (p) => zeros(p.sizes, p.dtype)),
        second,
      ),
      // 1 − βᵗ, kept as a running mean of ones: in float32 that is exact where 1 − pow(β, t) cancels.
      correction1: zeros([], Object.values(params)[0]?.dtype),
      correction2: zeros([], Object.values(params)[0]?.dtype),
    }),
    step(params, grads, state, learningRate) {
      const coupled = weightDecay === 0 || decoupled ? grads : addDecay(grads, params, weightDecay);
      const m = blend(beta1, state, first, coupled);
      const v = blend(beta2, state, second, mapTensors(coupled, square));
      const correction1 = add(mul(state.correction1, beta1), 1 - beta1);
      const correction2 = add(mul(state.correction2, beta2), 1 - beta2);
      const rate = div(learningRate, correction1);
      const keep = sub(1, mul(learningRate, weightDecay));
      const root = sqrt(correction2);
      const moved = mapTensors(params, (p, name) => {
        const from = decoupled && weightDecay > 0 ? mul(p, keep) : p;
        const deviation = add(div(sqrt(v[name]), root), eps);
        return sub(from, mul(div(m[name], deviation), rate));
      });
      return {
        params: moved,
        state: mergeTensors(renameTensors(m, first), renameTensors(v, second), { correction1, correction2 }),
      };
    },
  };
}

const addDecay = (grads: Tensors, params: Tensors, weightDecay: number): Tensors =>
  mapTensors(grads, (g, name) => add(g, mul(params[name], weightDecay)));

/**
 * Adam (Kingma and Ba, 2015) as torch.optim.Adam does it: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
 * p ← p − lr · m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 * @throws InputError when an option is out of its range
 */
export const adam = (options: AdamOptions = {}): Optimizer => adamRule('adam', options, 0);

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), 0.01 unless given, as torch.optim.AdamW does it.
 * @throws InputError when an option is out of its range
 */
export const adamW = (options: AdamOptions = {}): Optimizer => adamRule('adamW', options, 0.01);

import { InputError } from '@trainyard/autograd';

/** The learning rate of a step, counted from 0, of a run of `totalSteps`. */
export type Schedule = (step: number, totalSteps: number) => number;

function rate(where: string, name: string, value: number): number {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new InputError(where, `${name} of at least 0`, String(value));
  return value;
}

/** Always the same rate. */
export function constantRate(value: number): Schedule {
  rate('constantRate', 'rate', value);
  return () => value;
}

/** `initial`, multiplied by `factor` after every `every` steps (a share of the run where below 1). */
export function stepDecay(options: { initial: number; every: number; factor?: number }): Schedule {
  const { initial, every, factor = 0.1 } = options;
  rate('stepDecay', 'initial', initial);
  if (!(every > 0)) throw new InputError('stepDecay', 'every above 0', String(every));
  return (step, total) => initial * factor ** Math.floor(step / stepsOf(every, total));
}

/** From `from` at the first step to `to` at the last along half a cosine (Loshchilov and Hutter, 2017). */
export function cosine(options: { from: number; to?: number }): Schedule {
  const from = rate('cosine', 'from', options.from);
  const to = rate('cosine', 'to', options.to ?? 0);
  return (step, total) => {
    const done = total > 1 ? Math.min(1, step / (total - 1)) : 0;
    return to + ((from - to) * (1 + Math.cos(Math.PI * done))) / 2;
  };
}

/** `after`, preceded by `steps` (a share of the run where below 1) that rise in a line to its first rate. */
export function warmUp(steps: number, after: Schedule): Schedule {
  if (!(steps >= 0)) throw new InputError('warmUp', 'steps of at least 0', String(steps));
  return (step, total) => {
    const rising = stepsOf(steps, total);
    const rest = Math.max(1, total - rising);
    return step < rising ? (after(0, rest) * (step + 1)) / (rising + 1) : after(step - rising, rest);
  };
}

/**
 * Up to `max` over the first `rise` of the run and down to nearly nothing over the rest, both along half a cosine
 * (Smith and Topin, 2018); the numbers are those of torch.optim.lr_scheduler.OneCycleLR.
 */
export function oneCycle(options: {
  max: number;
  rise?: number;
  initialDivisor?: number;
  finalDivisor?: number;
}): Schedule {
  const max = rate('oneCycle', 'max', options.max);
  const { rise = 0.3, initialDivisor = 25, finalDivisor = 1e4 } = options;
  if (!(rise >= 0 && rise < 1)) throw new InputError('oneCycle', 'rise from 0 to below 1', String(rise));
  const initial = max / initialDivisor;
  const blend = (from: number, to: number, share: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
  return (step, total) => {
    const top = Math.max(0, rise * total - 1);
    if (step < top) return blend(initial, max, step / top);
    const falling = Math.max(1, total - 1 - top);
    return blend(max, initial / finalDivisor, Math.min(1, (step - top) / falling));
  };
}

const stepsOf = (stepsOrShare: number, total: number): number =>
  stepsOrShare < 1 ? Math.round(stepsOrShare * total) : stepsOrShare;

import type { MetricPoint } from '@trainyard/registry';
import { randomNumbers } from './random.cases.ts';

export const stepsPerEpoch = 60;

/** What a training logs as it goes: the loss within epochs, and loss and accuracy after each. */
export function learningCurves(seed: number, epochs: number, { from = 0, best = 0.985 } = {}): MetricPoint[] {
  const random = randomNumbers(seed);
  const points: MetricPoint[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let step = 0; step < stepsPerEpoch; step += 3) {
      const at = epoch * stepsPerEpoch + step;
      const value = 2.3 * Math.exp(-at / 90) + 0.06 + (random() - 0.5) * 0.25 * Math.exp(-at / 200);
      points.push({ name: 'step/loss', step: at, value });
    }
    const rest = Math.exp(-(epoch + 1) / 2.2);
    const noise = () => (random() - 0.5) * 0.02;
    points.push(
      { name: 'train/loss', step: epoch, value: 0.05 + 1.6 * rest + noise() },
      { name: 'train/accuracy', step: epoch, value: Math.min(1, best + 0.008 - 0.5 * rest + noise() / 3) },
      { name: 'validation/loss', step: epoch, value: 0.08 + 1.7 * rest + noise() },
      { name: 'validation/accuracy', step: epoch, value: Math.min(1, best - 0.55 * rest + noise() / 2) },
    );
  }
  return points.filter(({ name, step }) => (name === 'step/loss' ? step / stepsPerEpoch : step) >= from);
}

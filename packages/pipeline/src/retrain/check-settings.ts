import { type Platform, platforms } from '@trainyard/runtime-common';
import { CommandError } from '../errors.ts';
import type { PromoteSettings, RetrainSettings } from './settings.ts';

interface Checked {
  readonly retrain: RetrainSettings;
  readonly targets: readonly Platform[];
  readonly prune: readonly { readonly name: string }[];
  readonly quantize: readonly { readonly name: string }[];
}

const preferences: readonly string[] = ['accuracy', 'speed', 'size'];

/**
 * @throws CommandError at a budget that can't be measured, one of a target that the pipeline does not release to, and a
 * variant that it does not make
 */
export function checkRetrain(where: string, { retrain, targets, prune, quantize }: Checked): void {
  const { budgets, prefer } = retrain.promote;
  for (const [setting, of] of Object.entries({ budgets, prefer }))
    for (const target of platforms)
      if (of[target] !== undefined && !targets.includes(target))
        throw new CommandError(
          where,
          `retrain.promote.${setting} for targets of the pipeline (${targets.join(', ')})`,
          target,
          'add it to targets, or remove it here',
        );
  const known = [
    ...preferences,
    'float32',
    ...prune.map(({ name }) => name),
    ...quantize.map(({ name }) => name),
  ];
  const stray = platforms.find((target) => prefer[target] !== undefined && !known.includes(prefer[target]));
  if (stray)
    throw new CommandError(
      where,
      `retrain.promote.prefer.${stray} to be one of ${known.join(', ')}`,
      `${prefer[stray]}`,
      'name what it prefers, or a variant',
    );
  const timed = platforms.find((target) => target !== 'node' && budgets[target]?.maxLatencyMs !== undefined);
  if (timed)
    throw new CommandError(
      where,
      'retrain.promote.budgets with maxLatencyMs for node alone',
      `one for ${timed}`,
      `latency is measured in ONNX Runtime for Node on the machine that makes the bundle; give ${timed} a maxBytes, or measure it there`,
    );
}

/**
 * What only the dataset can tell of the settings.
 * @throws CommandError at a floor for a class that there is not
 */
export function checkClassFloors(
  where: string,
  { minClassAccuracy: floors }: PromoteSettings,
  classes: readonly string[],
): void {
  const stray = typeof floors === 'object' && Object.keys(floors).find((name) => !classes.includes(name));
  if (stray)
    throw new CommandError(
      where,
      `retrain.promote.minClassAccuracy for classes of the dataset (${classes.join(', ')})`,
      stray,
      'rename it',
    );
}

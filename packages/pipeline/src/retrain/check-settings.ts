import { type Platform, platforms } from '@trainyard/runtime-common';
import { CommandError } from '../errors.ts';
import type { RetrainSettings } from './settings.ts';

interface Checked {
  readonly retrain: RetrainSettings;
  readonly targets: readonly Platform[];
}

/** @throws CommandError at a budget that can't be measured, or of a target that the pipeline does not release to */
export function checkRetrain(where: string, { retrain, targets }: Checked): void {
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
  const timed = platforms.find((target) => target !== 'node' && budgets[target]?.maxLatencyMs !== undefined);
  if (timed)
    throw new CommandError(
      where,
      'retrain.promote.budgets with maxLatencyMs for node alone',
      `one for ${timed}`,
      `latency is measured in ONNX Runtime for Node on the machine that makes the bundle; give ${timed} a maxBytes, or measure it there`,
    );
}

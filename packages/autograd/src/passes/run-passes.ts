import type { Model } from '@trainyard/onnx-ir';
import type { Pass, Refusal } from './pass.ts';

export interface PassReport {
  readonly pass: string;
  /** Changes over all rounds. */
  readonly changed: number;
  /** What the pass refused in its last round. */
  readonly refused: readonly Refusal[];
  /** Why it did not run at all. */
  readonly skipped?: string;
}

export interface RunPassesOptions {
  /** How often the sequence is run while anything changes; 8 unless given. */
  readonly maxRounds?: number;
}

/**
 * Runs passes over `model`, which is changed, one after the other and again until none changes anything.
 * @returns a report for each pass, in their order
 * @throws ModelError when a pass does not keep its promise
 */
export function runPasses(
  model: Model,
  passes: readonly Pass[],
  { maxRounds = 8 }: RunPassesOptions = {},
): PassReport[] {
  const reports = passes.map((pass): PassReport => {
    const skipped = pass.requires?.(model);
    return { pass: pass.name, changed: 0, refused: [], ...(skipped ? { skipped } : {}) };
  });
  for (let round = 0; round < maxRounds; round++) {
    let changed = 0;
    for (const [i, pass] of passes.entries()) {
      if (reports[i].skipped) continue;
      const result = pass.run(model);
      pass.ensures?.(model);
      changed += result.changed;
      reports[i] = {
        ...reports[i],
        changed: reports[i].changed + result.changed,
        refused: result.refused,
      };
    }
    if (changed === 0) break;
  }
  return reports;
}

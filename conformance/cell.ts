import { brokenBars } from './bars.ts';
import { type Comparison, compare } from './compare.ts';
import type { Cell, ReportedComparison } from './report/schema.ts';
import type { Subject } from './subject.ts';
import type { Outcome, Target } from './target.ts';

type Which = readonly [target: Pick<Target, 'name'>, subject: Pick<Subject, 'name'>];

const empty = (...[target, subject]: Which) => ({ target: target.name, subject: subject.name, parts: [] });

export const refusedCell = (...[target, subject, reason]: [...Which, reason: string]): Cell => ({
  ...empty(target, subject),
  status: 'refused',
  reasons: [reason],
});

export const failedCell = (...[target, subject, reason]: [...Which, reason: string]): Cell => ({
  ...empty(target, subject),
  status: 'failed',
  reasons: [reason],
});

/** JSON has no Infinity. */
export const reported = ({ maxDifference, ...rest }: Comparison): ReportedComparison => ({
  ...rest,
  maxDifference: Number.isFinite(maxDifference) ? maxDifference : null,
});

/**
 * A result beside the bars.
 * @param reference Node's native logits for the subject
 */
export async function cellOf(
  target: Pick<Target, 'name' | 'exact'>,
  subject: Subject,
  outcome: Outcome,
  reference: Float32Array,
): Promise<Cell> {
  const { classes, arithmetic } = subject;
  const { logits, batched, provider, latency, parts, ram } = outcome;
  const comparison = compare(logits, reference, classes);
  const reasons = brokenBars(comparison, arithmetic);
  const inBatches = batched && compare(batched, reference, classes);
  if (inBatches) reasons.push(...brokenBars(inBatches, arithmetic).map((bar) => `in batches: ${bar}`));
  const exact = await target.exact?.(subject);
  const differing = exact && countDiffering(logits, exact.logits);
  if (differing)
    reasons.push(
      `expected the bits of ${exact.name}, got ${differing} of ${logits.length} logits that differ`,
    );
  return {
    ...empty(target, subject),
    status: reasons.length > 0 ? 'broken' : 'held',
    reasons,
    ...(provider !== undefined && { provider }),
    comparison: reported(comparison),
    ...(inBatches && { batched: reported(inBatches) }),
    ...(exact && { exact: { name: exact.name, differing: differing!, logits: logits.length } }),
    ...(latency && { latencyMs: latency }),
    parts: [...parts],
    ...(ram !== undefined && { ramBytes: ram }),
  };
}

/** Zeros of either sign are equal. */
function countDiffering(logits: Float32Array, exact: Float32Array): number {
  if (logits.length !== exact.length)
    throw new Error(`expected ${exact.length} logits to compare bit for bit, got ${logits.length}`);
  return logits.reduce((count, logit, i) => count + (logit === exact[i] ? 0 : 1), 0);
}

import { InputError } from '../errors.ts';
import { quote } from '../names.ts';
import { type Check, percent } from './check.ts';

/** What was measured of the challenger on a target that it is deployed to. */
export interface TargetFigures {
  /** Share of the holdout's pictures whose top class is the label, on that target. */
  readonly accuracy?: number;
  /** What must be shipped. */
  readonly bytes?: number;
  /** Milliseconds of one picture, at the percentile that the budget is about. */
  readonly latencyMs?: number;
  /** Share of pictures whose top class is that of the reference runtime. */
  readonly agreement?: number;
  /** The largest difference of a logit from the reference runtime's. */
  readonly logitDifference?: number;
}

/** What a target allows. A figure that has a budget must have been measured. */
export interface TargetBudget {
  readonly minAccuracy?: number;
  readonly maxBytes?: number;
  readonly maxLatencyMs?: number;
  readonly minAgreement?: number;
  readonly maxLogitDifference?: number;
}

interface Rule {
  readonly budget: keyof TargetBudget;
  readonly figure: keyof TargetFigures;
  readonly what: string;
  readonly show: (value: number) => string;
}

const rules: readonly Rule[] = [
  { budget: 'minAccuracy', figure: 'accuracy', what: 'accuracy', show: percent },
  { budget: 'maxBytes', figure: 'bytes', what: 'size', show: (value) => `${value} bytes` },
  { budget: 'maxLatencyMs', figure: 'latencyMs', what: 'latency', show: (value) => `${value} ms` },
  { budget: 'minAgreement', figure: 'agreement', what: 'agreement with the reference', show: percent },
  { budget: 'maxLogitDifference', figure: 'logitDifference', what: 'logit difference', show: String },
];

/**
 * Whether the figures of each target hold its budget. A target that has a budget and no figures fails.
 * @throws InputError at a budget of no such name or that is no number
 */
export function checkBudgets(
  budgets: Readonly<Record<string, TargetBudget>>,
  figures: Readonly<Record<string, TargetFigures>>,
): Check[] {
  return Object.entries(budgets).flatMap(([target, budget]) => {
    for (const key of Object.keys(budget))
      if (!rules.some((rule) => rule.budget === key))
        throw new InputError(`budget of ${target}`, rules.map((rule) => rule.budget).join(', '), quote(key));
    const measured = Object.hasOwn(figures, target) ? figures[target] : {};
    return rules.flatMap((rule) => checkRule(target, rule, budget[rule.budget], measured[rule.figure]));
  });
}

function checkRule(
  target: string,
  rule: Rule,
  limit: number | undefined,
  value: number | undefined,
): Check[] {
  if (limit === undefined) return [];
  const name = `budget/${target}/${rule.figure}`;
  if (!Number.isFinite(limit))
    throw new InputError(`budget of ${target}, ${rule.budget}`, 'a number', quote(limit));
  if (value === undefined || Number.isNaN(value))
    return [{ name, passed: false, reason: `${target}: ${rule.what} was not measured` }];
  const least = rule.budget.startsWith('min');
  const passed = least ? value >= limit : value <= limit;
  const held = passed ? (least ? 'at least' : 'at most') : least ? 'below' : 'above';
  const reason = `${target}: ${rule.what} ${rule.show(value)} is ${held} ${passed ? 'the' : 'its'} budget of ${rule.show(limit)}`;
  return [
    { name, passed, reason, figures: { value: Number.isFinite(value) ? value : String(value), limit } },
  ];
}

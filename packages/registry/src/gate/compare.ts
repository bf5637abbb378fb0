import { InputError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { quote } from '../names.ts';
import { checkBudgets, type TargetBudget, type TargetFigures } from './budget.ts';
import { type Check, percent, pValueText } from './check.ts';
import {
  type ClassAccuracy,
  checkHoldout,
  checkPredictions,
  discordantPairs,
  type Holdout,
  type Predictions,
  type Score,
  scoreOf,
} from './holdout.ts';
import { type McNemar, type McNemarMethod, mcnemar } from './mcnemar.ts';

export interface GateOptions {
  /**
   * `better` (unless given): more pictures right than the champion, by more than chance explains.
   * `not-worse`: not fewer by more than chance explains, nor by more than `maxDrop`: to keep a model fresh.
   */
  readonly require?: 'better' | 'not-worse';
  /** The p-value below which a difference is more than chance; 0.05 unless given. */
  readonly alpha?: number;
  readonly method?: McNemarMethod;
  /** Accuracy that a challenger of `not-worse` may lose; 0.005 unless given. */
  readonly maxDrop?: number;
  readonly minAccuracy?: number;
  /** Accuracy that each class must reach, or those that are named. */
  readonly minClassAccuracy?: number | Readonly<Record<string, number>>;
  /** Accuracy that a class may lose against the champion. */
  readonly maxClassDrop?: number;
  /** What each deployed target allows. */
  readonly budgets?: Readonly<Record<string, TargetBudget>>;
}

export interface Contest {
  readonly holdout: Holdout;
  /** Undefined for a first model, which has nobody to beat. */
  readonly champion?: Predictions;
  readonly challenger: Predictions;
  /** What was measured of the challenger, by target. */
  readonly targets?: Readonly<Record<string, TargetFigures>>;
}

export interface Verdict {
  readonly promote: boolean;
  /** Why, in words: what failed, or else what was found. */
  readonly reasons: readonly string[];
  readonly checks: readonly Check[];
  readonly challenger: Score;
  readonly champion?: Score;
  readonly test?: McNemar;
}

/**
 * Whether a challenger may take over from the champion: by McNemar's test on the same holdout, by the accuracy of each
 * class, and by every target's budget. All are looked at, so that a refusal names everything that is wrong.
 * @throws InputError at predictions of another holdout, and options that make no sense
 */
export function judge(
  { holdout, champion, challenger, targets = {} }: Contest,
  options: GateOptions = {},
): Verdict {
  checkHoldout(holdout);
  checkOptions(options, holdout);
  checkPredictions('challenger', challenger, holdout);
  if (champion) checkPredictions('champion', champion, holdout);
  const scores = {
    challenger: scoreOf(holdout, challenger),
    ...(champion && { champion: scoreOf(holdout, champion) }),
  };
  const pairs = champion && discordantPairs(holdout, champion, challenger);
  const test = pairs && mcnemar(pairs.championOnly, pairs.challengerOnly, options.method);
  const checks = [
    ...(test ? [checkTest(test, holdout.labels.length, options)] : []),
    ...checkAccuracy(scores.challenger, options),
    ...checkClasses(scores.challenger, scores.champion, options),
    ...checkBudgets(options.budgets ?? {}, targets),
  ];
  const failed = checks.filter(({ passed }) => !passed);
  const found = test ? checks : [{ reason: 'there is no champion to beat' }, ...checks];
  const reasons = (failed.length > 0 ? failed : found).map(({ reason }) => reason);
  return { promote: failed.length === 0, reasons, checks, ...scores, ...(test && { test }) };
}

/** A verdict as the figures of a decision. */
export const verdictFigures = (verdict: Verdict): JsonObject =>
  JSON.parse(JSON.stringify(verdict)) as JsonObject;

function checkTest(test: McNemar, pictures: number, options: GateOptions): Check {
  const { require = 'better', alpha = 0.05, maxDrop = 0.005 } = options;
  const { championOnly, challengerOnly, pValue, method } = test;
  const gain = (challengerOnly - championOnly) / pictures;
  const chance = pValue >= alpha;
  const better = gain > 0 && !chance;
  const worse = (gain < 0 && !chance) || -gain > maxDrop;
  const passed = require === 'better' ? better : !worse;
  const direction = gain > 0 ? `gains ${percent(gain)}` : gain < 0 ? `loses ${percent(-gain)}` : 'is equal';
  const finding = chance ? 'which chance explains' : 'which chance does not explain';
  return {
    name: 'paired-test',
    passed,
    reason: `the challenger ${direction} (${challengerOnly} pictures right that the champion has wrong, ${championOnly} the other way): ${pValueText(pValue)}, ${method}, ${finding} at ${alpha}`,
    figures: {
      require,
      alpha,
      gain,
      ...(require === 'not-worse' && { maxDrop }),
      championOnly,
      challengerOnly,
      pValue,
      method,
    },
  };
}

function checkAccuracy({ accuracy, pictures }: Score, { minAccuracy }: GateOptions): Check[] {
  if (minAccuracy === undefined) return [];
  const passed = accuracy >= minAccuracy;
  const reason = `accuracy ${percent(accuracy)} on ${pictures} pictures is ${passed ? 'at least' : 'below'} ${percent(minAccuracy)}`;
  return [{ name: 'accuracy', passed, reason, figures: { accuracy, minAccuracy } }];
}

function checkClasses(challenger: Score, champion: Score | undefined, options: GateOptions): Check[] {
  return challenger.classes.flatMap((own, at) => [
    ...checkFloor(own, floorOf(options, own.name)),
    ...(champion ? checkDrop(own, champion.classes[at], options.maxClassDrop) : []),
  ]);
}

const floorOf = ({ minClassAccuracy: floor }: GateOptions, name: string): number | undefined =>
  typeof floor === 'number' || floor === undefined
    ? floor
    : Object.hasOwn(floor, name)
      ? floor[name]
      : undefined;

function checkFloor({ name, pictures, right }: ClassAccuracy, floor: number | undefined): Check[] {
  if (floor === undefined) return [];
  if (pictures === 0)
    return [{ name: `class/${name}`, passed: false, reason: `class ${name} has no picture in the holdout` }];
  const accuracy = right / pictures;
  const passed = accuracy >= floor;
  const reason = `class ${name}: ${right} of ${pictures} right, ${percent(accuracy)}, is ${passed ? 'at least' : 'below'} its floor of ${percent(floor)}`;
  return [{ name: `class/${name}`, passed, reason, figures: { right, pictures, floor } }];
}

function checkDrop(own: ClassAccuracy, before: ClassAccuracy, maxDrop: number | undefined): Check[] {
  if (maxDrop === undefined || own.pictures === 0) return [];
  const drop = (before.right - own.right) / own.pictures;
  const passed = drop <= maxDrop;
  const reason = `class ${own.name}: ${own.right} right against the champion's ${before.right} of ${own.pictures}, ${passed ? 'within' : 'beyond'} the drop of ${percent(maxDrop)} that is allowed`;
  return [{ name: `class-drop/${own.name}`, passed, reason, figures: { drop, maxDrop } }];
}

function checkOptions(options: GateOptions, { classes }: Holdout): void {
  const { require = 'better', alpha = 0.05, minClassAccuracy } = options;
  if (require !== 'better' && require !== 'not-worse')
    throw new InputError('gate', "require 'better' or 'not-worse'", quote(require));
  if (!(alpha > 0 && alpha < 1))
    throw new InputError('gate, alpha', 'a number between 0 and 1', quote(alpha));
  const floors = typeof minClassAccuracy === 'object' ? minClassAccuracy : {};
  for (const name of Object.keys(floors))
    if (!classes.includes(name))
      throw new InputError('gate, minClassAccuracy', `classes of ${quote(classes)}`, quote(name));
  const shares = { ...pickShares(options), ...floors };
  for (const [name, share] of Object.entries(shares))
    if (!(share >= 0 && share <= 1)) throw new InputError(`gate, ${name}`, 'a share, 0 to 1', quote(share));
}

function pickShares({
  maxDrop,
  minAccuracy,
  maxClassDrop,
  minClassAccuracy,
}: GateOptions): Record<string, number> {
  const floor = typeof minClassAccuracy === 'number' ? minClassAccuracy : undefined;
  const shares = { maxDrop, minAccuracy, maxClassDrop, minClassAccuracy: floor };
  return Object.fromEntries(
    Object.entries(shares).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

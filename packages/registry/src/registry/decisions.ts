import { ConflictError } from '../errors.ts';
import { canonicalJson, checkText, type JsonObject } from '../json.ts';
import { checkKey } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';

export type DecisionKind = 'challenge' | 'refuse' | 'approve' | 'promote' | 'rollback';

/** Who decides, why, and on what figures. */
export interface Reasons {
  /** A person, or what acts for one: `schedule`, `gate`. */
  readonly by: string;
  readonly reason: string;
  /** What the decision rests on, such as a gate's verdict. */
  readonly figures?: JsonObject;
  /** Says that this is one decision, however often it is made: a job that is done again. */
  readonly key?: string;
}

export interface Decision {
  readonly model: string;
  /** 1, 2, 3, … of the model. */
  readonly number: number;
  readonly key: string | null;
  readonly kind: DecisionKind;
  /** The version it is about: of a rollback, the one that was champion. */
  readonly version: number;
  readonly by: string;
  readonly reason: string;
  readonly figures: JsonObject;
  /** Of the model's aliases, after it; null where it moved none. */
  readonly generation: number | null;
  readonly created: Date;
}

export const decisionColumns = `model, number, key, kind, version, by_whom as "by", reason, figures, generation, created`;

/** @throws InputError */
export function checkReasons(where: string, { by, reason, figures = {}, key }: Reasons) {
  return {
    by: checkText(`${where}, by`, by, 200),
    reason: checkText(`${where}, reason`, reason),
    figures: canonicalJson(`${where}, figures`, figures),
    key: key === undefined ? null : checkKey(where, key),
  };
}

export type CheckedReasons = ReturnType<typeof checkReasons>;

/**
 * The decision that was made under this key, if one was.
 * @throws ConflictError when it was another one
 */
export async function madeBefore(
  scope: Queryable,
  where: string,
  wanted: { readonly model: string; readonly kind: DecisionKind; readonly version?: number },
  key: string | null,
): Promise<Decision | undefined> {
  if (key === null) return undefined;
  const [made] = await scope.query<Decision>(
    `select ${decisionColumns} from trainyard.decisions where model = $1 and key = $2`,
    [wanted.model, key],
  );
  if (!made) return undefined;
  if (made.kind === wanted.kind && (wanted.version === undefined || wanted.version === made.version))
    return made;
  throw new ConflictError(
    `${where}, key ${key}`,
    `the decision to ${wanted.kind} version ${wanted.version ?? 'in office'}`,
    `that to ${made.kind} version ${made.version}`,
    'give this decision another key',
  );
}

/** Writes a decision; the caller holds the model's row. */
export async function recordDecision(
  scope: Queryable,
  decision: { readonly model: string; readonly kind: DecisionKind; readonly version: number },
  generation: number | null,
  { by, reason, figures, key }: CheckedReasons,
): Promise<Decision> {
  return only(
    await scope.query<Decision>(
      `insert into trainyard.decisions (model, number, key, kind, version, by_whom, reason, figures, generation)
       select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::bigint
       from trainyard.decisions where model = $1
       returning ${decisionColumns}`,
      [decision.model, key, decision.kind, decision.version, by, reason, figures, generation],
    ),
  );
}

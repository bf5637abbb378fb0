import { randomUUID } from 'node:crypto';
import { ConflictError, NotFoundError } from '../errors.ts';
import { canonicalJson, checkText, type JsonObject } from '../json.ts';
import { checkDigest, checkId, checkKey, checkName, checkWhole } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';
import { requireRow } from './require-row.ts';

/** A look at whether a pipeline is to be retrained. */
export interface NewCheck {
  readonly pipeline: string;
  /** What asked: `manual`, `schedule:nightly`. */
  readonly trigger: string;
  readonly needed: boolean;
  /** In words. */
  readonly reasons: readonly string[];
  /** The figures: of drift, by feature. */
  readonly report: JsonObject;
  readonly dataset?: string;
  /** The version that served. */
  readonly model?: string;
  readonly version?: number;
  /** Says that this is one check, however often it is recorded. */
  readonly key?: string;
}

export interface Check extends Omit<Required<NewCheck>, 'dataset' | 'model' | 'version' | 'key'> {
  readonly id: string;
  readonly key: string | null;
  readonly dataset: string | null;
  readonly model: string | null;
  readonly version: number | null;
  /** The run that it started. */
  readonly run: string | null;
  readonly created: Date;
}

const columns = 'id, key, pipeline, trigger, needed, reasons, report, dataset, model, version, run, created';

/** Looks at whether to retrain, and what they came to. */
export class Checks {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /**
   * Records a check; one of the same key is returned as it is.
   * @throws ConflictError when that one is of another pipeline
   */
  async record(check: NewCheck): Promise<Check> {
    const where = `check of ${checkName('check', check.pipeline)}`;
    const { dataset, model, version, key } = check;
    const [recorded] = await this.#database.query<Check>(
      `insert into trainyard.checks (id, key, pipeline, trigger, needed, reasons, report, dataset, model, version)
       values ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb, $8, $9, $10)
       on conflict (key) do nothing returning ${columns}`,
      [
        randomUUID(),
        key === undefined ? null : checkKey(where, key),
        check.pipeline,
        checkText(`${where}, trigger`, check.trigger, 200),
        check.needed,
        canonicalJson(`${where}, reasons`, [...check.reasons]),
        canonicalJson(`${where}, report`, check.report),
        dataset === undefined ? null : checkDigest(`${where}, dataset`, dataset),
        model === undefined ? null : checkName(`${where}, model`, model),
        version === undefined ? null : checkWhole(`${where}, version`, version, 1),
      ],
    );
    if (recorded) return recorded;
    const known = only(
      await this.#database.query<Check>(`select ${columns} from trainyard.checks where key = $1`, [key!]),
    );
    if (known.pipeline === check.pipeline) return known;
    throw new ConflictError(
      `${where}, key ${key}`,
      `the pipeline ${check.pipeline}`,
      `a check of ${known.pipeline}`,
      'give this check another key',
    );
  }

  /** Says which run a check started. @throws ConflictError when it started another one; NotFoundError */
  async linkRun(id: string, run: string): Promise<Check> {
    await requireRow(
      this.#database,
      'runs',
      'id',
      checkId('check, run', run),
      `check ${checkId('check', id)}`,
    );
    const [linked] = await this.#database.query<Check>(
      `update trainyard.checks set run = $2 where id = $1 and (run is null or run = $2) returning ${columns}`,
      [id, run],
    );
    if (linked) return linked;
    const [known] = await this.#database.query<Check>(
      `select ${columns} from trainyard.checks where id = $1`,
      [id],
    );
    if (!known) throw new NotFoundError(`check ${id}`, 'a check of this store', 'none');
    throw new ConflictError(`check ${id}`, `to have started run ${run}`, `run ${known.run}`);
  }

  /** The newest first. */
  async list({
    pipeline,
    limit = 100,
  }: {
    readonly pipeline?: string;
    readonly limit?: number;
  } = {}): Promise<Check[]> {
    return this.#database.query<Check>(
      `select ${columns} from trainyard.checks where $1::text is null or pipeline = $1::text
       order by created desc, id limit $2`,
      [pipeline ?? null, checkWhole('checks limit', limit, 1)],
    );
  }
}

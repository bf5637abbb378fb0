import { randomUUID } from 'node:crypto';
import { ConflictError, NotFoundError } from '../errors.ts';
import { canonicalJson, checkText, type JsonObject } from '../json.ts';
import { checkId, checkKey, checkName, checkWhole } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';
import type { Registry } from './registry.ts';
import { requireRow } from './require-row.ts';
import type { RunStatus } from './run.ts';

export type SweepStatus = 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface Sweep {
  readonly id: string;
  readonly key: string | null;
  readonly pipeline: string;
  /** The space, the method, the seed. */
  readonly config: JsonObject;
  readonly status: SweepStatus;
  readonly result: JsonObject | null;
  readonly created: Date;
  readonly finished: Date | null;
}

/** Which try of a sweep a run is. */
export interface TrialPlace {
  readonly trial: number;
  /** How far up it came, from 0: on each rung it is trained for longer. */
  readonly rung: number;
  readonly parameters: JsonObject;
}

export interface SweepTrial extends TrialPlace {
  readonly run: string;
  readonly status: RunStatus;
  readonly metrics: JsonObject | null;
  readonly started: Date | null;
  readonly finished: Date | null;
}

const columns = 'id, key, pipeline, config, status, result, created, finished';

/** Tries of many settings, each a run. */
export class Sweeps {
  readonly #database: Queryable;
  readonly #registryOf: (scope: Queryable) => Registry;

  constructor(database: Queryable, registryOf: (scope: Queryable) => Registry) {
    this.#database = database;
    this.#registryOf = registryOf;
  }

  /**
   * Creates a sweep; one of the same key is returned as it is.
   * @throws ConflictError when that one is of another pipeline or config
   */
  async create({
    pipeline,
    config,
    key,
  }: {
    readonly pipeline: string;
    readonly config: JsonObject;
    readonly key?: string;
  }): Promise<Sweep> {
    const where = `sweep of ${checkName('sweep', pipeline)}`;
    const configJson = canonicalJson(`${where}, config`, config);
    const [created] = await this.#database.query<Sweep>(
      `insert into trainyard.sweeps (id, key, pipeline, config, status) values ($1, $2, $3, $4::text::jsonb, 'running')
       on conflict (key) do nothing returning ${columns}`,
      [randomUUID(), key === undefined ? null : checkKey(where, key), pipeline, configJson],
    );
    if (created) return created;
    const known = only(
      await this.#database.query<Sweep>(`select ${columns} from trainyard.sweeps where key = $1`, [key!]),
    );
    if (known.pipeline === pipeline && canonicalJson(where, known.config) === configJson) return known;
    throw new ConflictError(
      `${where}, key ${key}`,
      `the sweep ${known.id}, of ${known.pipeline}`,
      'another pipeline or config',
      'give this sweep another key',
    );
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<Sweep> {
    return getSweep(this.#database, id);
  }

  /** The newest first. */
  async list({
    pipeline,
    limit = 100,
  }: {
    readonly pipeline?: string;
    readonly limit?: number;
  } = {}): Promise<Sweep[]> {
    return this.#database.query<Sweep>(
      `select ${columns} from trainyard.sweeps where $1::text is null or pipeline = $1::text
       order by created desc, id limit $2`,
      [pipeline ?? null, checkWhole('sweeps limit', limit, 1)],
    );
  }

  /** All tries, in the order of trial and rung. */
  async trials(id: string): Promise<SweepTrial[]> {
    return listTrials(this.#database, checkId('sweep', id));
  }

  /** Which try of which sweep a run is; undefined for a run of none. */
  async ofRun(run: string): Promise<(TrialPlace & { readonly sweep: string }) | undefined> {
    const [place] = await this.#database.query<TrialPlace & { readonly sweep: string }>(
      'select sweep, trial, rung, parameters from trainyard.sweep_trials where run = $1',
      [checkId('run', run)],
    );
    return place;
  }

  /**
   * Looks at all tries so far and does what follows, such as starting the next ones, in one transaction that nobody else
   * has for this sweep: two workers whose tries end at once come one after the other.
   * @throws NotFoundError
   */
  advance<T>(
    id: string,
    work: (registry: Registry, sweep: Sweep, trials: readonly SweepTrial[]) => Promise<T>,
  ): Promise<T> {
    return this.#database.transaction(async (scope) => {
      const sweep = await getSweep(scope, id, 'for update');
      return work(this.#registryOf(scope), sweep, await listTrials(scope, id));
    });
  }

  /**
   * Records that a run is a try of a sweep. The same may be said twice.
   * @throws ConflictError when that try is another run, the run another try, or the sweep has ended; NotFoundError
   */
  async addTrial(
    id: string,
    { trial, rung, parameters, run }: TrialPlace & { readonly run: string },
  ): Promise<void> {
    const place = `sweep ${checkId('sweep', id)}, trial ${checkWhole('trial', trial)}, rung ${checkWhole('rung', rung)}`;
    checkId(`${place}, run`, run);
    const json = canonicalJson(`${place}, parameters`, parameters);
    await this.#database.transaction(async (scope) => {
      const { status } = await getSweep(scope, id, 'for update');
      const known = await scope.query<TrialPlace & { readonly sweep: string; readonly run: string }>(
        `select sweep, trial, rung, run from trainyard.sweep_trials
         where (sweep = $1 and trial = $2 and rung = $3) or run = $4`,
        [id, trial, rung, run],
      );
      if (known.length > 0) {
        const [one] = known;
        const same = known.length === 1 && one.sweep === id && one.trial === trial && one.rung === rung;
        if (same && one.run === run) return;
        throw new ConflictError(
          place,
          `the run ${run}`,
          same ? `the run ${one.run}` : `one that is trial ${one.trial} of sweep ${one.sweep}`,
          'a run is one try, and a try one run',
        );
      }
      if (status !== 'running')
        throw new ConflictError(place, 'a sweep at work', `one that has ${status}`, 'start another one');
      await requireRow(scope, 'runs', 'id', run, place);
      await scope.query(
        `insert into trainyard.sweep_trials (sweep, trial, rung, run, parameters)
         values ($1, $2, $3, $4, $5::text::jsonb)`,
        [id, trial, rung, run, json],
      );
    });
  }

  /** Ends a sweep; one that ended so stays as it is. @throws ConflictError when it ended otherwise */
  async finish(id: string, status: 'succeeded' | 'failed', result: JsonObject): Promise<Sweep> {
    return this.#end(id, status, canonicalJson(`sweep ${id}, result`, result));
  }

  /** Ends a sweep that is at work; its runs are the caller's to cancel. @throws ConflictError when it has ended otherwise */
  async cancel(id: string, reason: string): Promise<Sweep> {
    return this.#end(id, 'cancelled', JSON.stringify({ reason: checkText(`sweep ${id}, reason`, reason) }));
  }

  #end(id: string, status: SweepStatus, result: string): Promise<Sweep> {
    return this.#database.transaction(async (scope) => {
      await scope.query(
        `update trainyard.sweeps set status = $2, result = $3::text::jsonb, finished = clock_timestamp()
         where id = $1 and status = 'running'`,
        [checkId('sweep', id), status, result],
      );
      const sweep = await getSweep(scope, id);
      if (sweep.status === status) return sweep;
      throw new ConflictError(`sweep ${id}`, 'a sweep at work', `one that has ${sweep.status}`);
    });
  }
}

async function getSweep(scope: Queryable, id: string, lock: 'for update' | '' = ''): Promise<Sweep> {
  const [sweep] = await scope.query<Sweep>(`select ${columns} from trainyard.sweeps where id = $1 ${lock}`, [
    checkId('sweep', id),
  ]);
  if (!sweep) throw new NotFoundError(`sweep ${id}`, 'a sweep of this store', 'none');
  return sweep;
}

const listTrials = (scope: Queryable, id: string): Promise<SweepTrial[]> =>
  scope.query<SweepTrial>(
    `select t.trial, t.rung, t.parameters, t.run, r.status, r.metrics, r.started, r.finished
     from trainyard.sweep_trials t join trainyard.runs r on r.id = t.run where t.sweep = $1 order by t.trial, t.rung`,
    [id],
  );

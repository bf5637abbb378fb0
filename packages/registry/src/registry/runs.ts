import { randomUUID } from 'node:crypto';
import type { ArtifactSource, ArtifactStore } from '../artifacts/artifact-store.ts';
import { ConflictError, InputError } from '../errors.ts';
import { canonicalJson, checkText, digestOfJson, type JsonObject } from '../json.ts';
import {
  checkDigest,
  checkFileName,
  checkId,
  checkKey,
  checkMetricName,
  checkName,
  checkWhole,
  quote,
} from '../names.ts';
import { only, type Queryable, type SqlValue } from '../store/database.ts';
import { noRun, staleToken } from './own-run.ts';
import { putReferenced } from './put-referenced.ts';
import { requireRow } from './require-row.ts';
import {
  type Claim,
  type MetricPoint,
  type NewRun,
  type Run,
  type RunAttempt,
  type RunFile,
  type RunFilter,
  runColumns,
} from './run.ts';
import { endStages, restStages } from './stages.ts';

const points = 5_000;

/**
 * Runs, and who works on them. `claim` gives a token; every later claim gives a higher one, and from then on whatever
 * comes with a lower one is refused (fencing: M. Kleppmann, Designing Data-Intensive Applications, chapter 8).
 */
export class Runs {
  readonly #database: Queryable;
  readonly #artifacts: ArtifactStore;

  constructor(database: Queryable, artifacts: ArtifactStore) {
    this.#database = database;
    this.#artifacts = artifacts;
  }

  /**
   * Creates a run that waits for a worker; one of the same key is returned as it is.
   * @throws ConflictError when that one is of another pipeline or config
   */
  async create(run: NewRun): Promise<Run> {
    const where = `run of ${checkName('run', run.pipeline)}`;
    const config = canonicalJson(`${where}, config`, run.config);
    const configDigest = run.configDigest ?? digestOfJson(`${where}, config`, run.config);
    const values: SqlValue[] = [
      randomUUID(),
      run.key === undefined ? null : checkKey(where, run.key),
      run.pipeline,
      config,
      checkDigest(`${where}, config`, configDigest),
      canonicalJson(`${where}, seeds`, run.seeds),
      run.dataset === undefined ? null : checkDigest(`${where}, dataset`, run.dataset),
      run.commit === undefined ? null : checkText(`${where}, commit`, run.commit, 200),
      run.parent === undefined ? null : checkId(`${where}, parent`, run.parent),
      checkText(`${where}, trigger`, run.trigger ?? 'manual', 200),
      checkPriority(where, run.priority ?? 0),
    ];
    return this.#database.transaction(async (scope) => {
      if (run.dataset !== undefined) await requireRow(scope, 'datasets', 'digest', run.dataset, where);
      if (run.parent !== undefined) await requireRow(scope, 'runs', 'id', run.parent, where);
      const [created] = await scope.query<Run>(
        `insert into trainyard.runs (id, key, pipeline, status, config, config_digest, seeds, dataset, commit,
           parent, trigger, priority)
         values ($1, $2, $3, 'queued', $4::text::jsonb, $5, $6::text::jsonb, $7, $8, $9, $10, $11)
         on conflict (key) do nothing returning ${runColumns}`,
        values,
      );
      if (created) return created;
      const known = only(
        await scope.query<Run>(`select ${runColumns} from trainyard.runs where key = $1`, [run.key ?? null]),
      );
      if (known.pipeline === run.pipeline && known.configDigest === configDigest) return known;
      throw new ConflictError(
        `${where}, key ${run.key}`,
        `pipeline ${run.pipeline} and config ${configDigest}`,
        `a run of ${known.pipeline} with config ${known.configDigest}`,
        'give this run another key',
      );
    });
  }

  /**
   * Takes a run to work on it: one that waits, or one whose worker gave no heartbeat for its lease.
   * @returns the run; its `token` goes with every write
   * @throws ConflictError when a living worker has it, or it has ended
   */
  async claim(id: string, { worker, machine = {}, lease = 60 }: Claim): Promise<Run> {
    const where = `run ${checkId('run', id)}`;
    checkText(`${where}, worker`, worker, 200);
    const machineJson = canonicalJson(`${where}, machine`, machine);
    const seconds = checkLease(where, lease);
    return this.#database.transaction(async (scope) => {
      const [claimed] = await scope.query<Run>(
        `update trainyard.runs set status = 'running', token = token + 1, worker = $2, machine = $3::text::jsonb,
           started = coalesce(started, clock_timestamp()), lease_until = clock_timestamp() + $4 * interval '1 second'
         where id = $1 and (status = 'queued' or (status = 'running' and lease_until < clock_timestamp()))
         returning ${runColumns}`,
        [id, worker, machineJson, seconds],
      );
      if (!claimed) {
        const { status, worker: holder } = await getRun(scope, id);
        throw new ConflictError(
          where,
          'a run that waits, or whose worker is silent',
          status === 'running' ? `one that ${quote(holder)} works on` : `one that has ${status}`,
          status === 'running' ? 'wait until its lease ends, or cancel it' : 'create another one',
        );
      }
      await endAttempt(scope, id, 'lost');
      await scope.query(
        `insert into trainyard.run_attempts (run, token, worker, machine) values ($1, $2, $3, $4::text::jsonb)`,
        [id, claimed.token, worker, machineJson],
      );
      return claimed;
    });
  }

  /** Says that the worker lives. @throws StaleTokenError when it no longer has the run */
  async heartbeat(id: string, token: number, lease = 60): Promise<void> {
    await this.#asOwner(
      this.#database,
      id,
      token,
      `lease_until = clock_timestamp() + $3 * interval '1 second'`,
      [checkLease(`run ${id}`, lease)],
    );
  }

  /** Records metrics by step; a step that is recorded again, as after a resume, takes the new value. */
  async log(id: string, token: number, metrics: readonly MetricPoint[]): Promise<void> {
    const where = `run ${id}, metrics`;
    const latest = new Map<string, MetricPoint>();
    for (const point of metrics) {
      if (typeof point.value !== 'number') throw new InputError(where, 'numbers', quote(point.value));
      latest.set(`${checkMetricName(where, point.name)} ${checkWhole(where, point.step)}`, point);
    }
    const rows = [...latest.values()];
    await this.#database.transaction(async (scope) => {
      await this.#asOwner(scope, id, token, 'token = token');
      for (let at = 0; at < rows.length; at += points) {
        const part = rows.slice(at, at + points);
        await scope.query(
          `insert into trainyard.run_metrics (run, name, step, value)
           select $1, name, step, value from unnest($2::text[], $3::bigint[], $4::double precision[]) as t (name, step, value)
           on conflict (run, name, step) do update set value = excluded.value`,
          [id, part.map(({ name }) => name), part.map(({ step }) => step), part.map(({ value }) => value)],
        );
      }
    });
  }

  /**
   * Stores a file of a run; one of the same name is replaced.
   * @throws StaleTokenError when another worker has the run: then the file belongs to nothing, and goes as garbage
   */
  async attach(id: string, token: number, name: string, source: ArtifactSource): Promise<RunFile> {
    checkFileName(`run ${checkId('run', id)}, file`, name);
    await this.#asOwner(this.#database, id, token, 'token = token');
    return putReferenced(this.#artifacts, source, (artifact, store) =>
      this.#database.transaction(async (scope) => {
        await this.#asOwner(scope, id, token, 'token = token');
        if (!(await store(scope))) return undefined;
        return only(
          await scope.query<RunFile>(
            `insert into trainyard.run_files (run, name, artifact) values ($1, $2, $3)
             on conflict (run, name) do update set artifact = excluded.artifact, created = excluded.created
             returning name, artifact as digest, $4::bigint as bytes, created`,
            [id, name, artifact.digest, artifact.bytes],
          ),
        );
      }),
    );
  }

  /** Takes a file from a run, where it has it. @throws StaleTokenError when another worker has the run */
  async detach(id: string, token: number, name: string): Promise<void> {
    await this.#database.transaction(async (scope) => {
      await this.#asOwner(scope, id, token, 'token = token');
      await scope.query('delete from trainyard.run_files where run = $1 and name = $2', [
        id,
        checkFileName(`run ${id}, file`, name),
      ]);
    });
  }

  /** Says which recorded dataset a run works on, once it knows. @throws StaleTokenError, NotFoundError */
  async useDataset(id: string, token: number, dataset: string): Promise<void> {
    await this.#database.transaction(async (scope) => {
      await requireRow(scope, 'datasets', 'digest', checkDigest(`run ${id}, dataset`, dataset), `run ${id}`);
      await this.#asOwner(scope, id, token, 'dataset = $3', [dataset]);
    });
  }

  /** Ends a run well. The same worker may say so twice. @throws StaleTokenError when it no longer has the run */
  async complete(id: string, token: number, metrics: JsonObject = {}): Promise<Run> {
    return this.#end(id, token, 'succeeded', { metrics: canonicalJson(`run ${id}, metrics`, metrics) });
  }

  /** Ends a run that can't be done. @throws StaleTokenError when its worker no longer has it */
  async fail(id: string, token: number, reason: string): Promise<Run> {
    return this.#end(id, token, 'failed', { failure: checkText(`run ${id}, reason`, reason) });
  }

  /** Gives a run back, to be claimed and gone on with: a worker that stops. */
  async release(id: string, token: number): Promise<Run> {
    return this.#database.transaction(async (scope) => {
      await this.#asOwner(
        scope,
        id,
        token,
        `status = 'queued', worker = null, machine = null, lease_until = null`,
      );
      await endAttempt(scope, id, 'released');
      await restStages(scope, id);
      return getRun(scope, id);
    });
  }

  /**
   * Ends a run whoever has it: its worker finds its token refused. One that was cancelled already stays so.
   * @throws ConflictError when it has succeeded or failed
   */
  async cancel(id: string, reason: string): Promise<Run> {
    const where = `run ${checkId('run', id)}`;
    checkText(`${where}, reason`, reason);
    return this.#database.transaction(async (scope) => {
      const [cancelled] = await scope.query<Run>(
        `update trainyard.runs set status = 'cancelled', failure = $2, finished = clock_timestamp(), lease_until = null,
           token = token + 1
         where id = $1 and status in ('queued', 'running') returning ${runColumns}`,
        [id, reason],
      );
      if (cancelled) await endStages(scope, id, 'cancelled');
      await endAttempt(scope, id, 'cancelled');
      const run = cancelled ?? (await getRun(scope, id));
      if (run.status === 'cancelled') return run;
      throw new ConflictError(where, 'a run that waits or runs', `one that has ${run.status}`);
    });
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<Run> {
    return getRun(this.#database, id);
  }

  /** The newest first. */
  async list({ pipeline, status, limit = 100 }: RunFilter = {}): Promise<Run[]> {
    return this.#database.query<Run>(
      `select ${runColumns} from trainyard.runs
       where ($1::text is null or pipeline = $1::text) and ($2::text is null or status = $2::text)
       order by created desc, id limit $3`,
      [pipeline ?? null, status ?? null, checkWhole('runs limit', limit, 1)],
    );
  }

  /** All who have worked on a run, the first one first. */
  async attempts(id: string): Promise<RunAttempt[]> {
    return this.#database.query<RunAttempt>(
      `select token, worker, machine, started, ended, outcome from trainyard.run_attempts where run = $1 order by token`,
      [checkId('run', id)],
    );
  }

  /**
   * What a run has logged, by name and step; from a step on, for who has the ones before.
   * @param options.since steps by name: of each of these from its own step on, of all others everything
   */
  async metrics(
    id: string,
    options: {
      readonly name?: string;
      readonly from?: number;
      readonly since?: ReadonlyMap<string, number>;
    } = {},
  ) {
    const { name, from = 0, since = new Map<string, number>() } = options;
    return this.#database.query<MetricPoint>(
      `select m.name, m.step, m.value from trainyard.run_metrics m
       left join unnest($4::text[], $5::bigint[]) as known (name, step) on known.name = m.name
       where m.run = $1 and ($2::text is null or m.name = $2::text)
         and m.step >= greatest($3::bigint, coalesce(known.step, 0)) order by m.name collate "C", m.step`,
      [
        checkId('run', id),
        name ?? null,
        checkWhole('metrics from', from),
        [...since.keys()],
        [...since.values()].map((step) => checkWhole('metrics since', step)),
      ],
    );
  }

  async files(id: string): Promise<RunFile[]> {
    return this.#database.query<RunFile>(
      `select name, artifact as digest, bytes, run_files.created from trainyard.run_files
       join trainyard.artifacts on digest = artifact where run = $1 order by name collate "C"`,
      [checkId('run', id)],
    );
  }

  #end(
    id: string,
    token: number,
    status: 'succeeded' | 'failed',
    result: { metrics?: string; failure?: string },
  ) {
    return this.#database.transaction(async (scope) => {
      const known = await getRun(scope, id);
      // Said twice, as after an answer that was lost.
      if (known.status === status && known.token === token) return known;
      await this.#asOwner(
        scope,
        id,
        token,
        `status = $3, metrics = $4::text::jsonb, failure = $5, finished = clock_timestamp(), lease_until = null`,
        [status, result.metrics ?? null, result.failure ?? null],
      );
      await endAttempt(scope, id, status);
      if (status === 'failed') await endStages(scope, id, 'failed');
      return getRun(scope, id);
    });
  }

  /** Changes a run in the name of the worker that has it, and keeps others off it to the end of the transaction. */
  async #asOwner(
    scope: Queryable,
    id: string,
    token: number,
    change: string,
    values: readonly SqlValue[] = [],
  ) {
    const changed = await scope.query(
      `update trainyard.runs set ${change} where id = $1 and token = $2 and status = 'running' returning id`,
      [checkId('run', id), checkWhole(`run ${id}, token`, token), ...values],
    );
    if (changed.length === 1) return;
    staleToken(id, token, await getRun(scope, id));
  }
}

function checkPriority(where: string, priority: number): number {
  if (Number.isInteger(priority) && Math.abs(priority) <= 1_000_000) return priority;
  throw new InputError(`${where}, priority`, 'a whole number from -1000000 to 1000000', quote(priority));
}

const checkLease = (where: string, seconds: number): number => {
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds;
  throw new InputError(`${where}, lease`, 'seconds, more than 0 and at most a day', quote(seconds));
};

async function getRun(scope: Queryable, id: string): Promise<Run> {
  const [run] = await scope.query<Run>(`select ${runColumns} from trainyard.runs where id = $1`, [
    checkId('run', id),
  ]);
  return run ?? noRun(id);
}

const endAttempt = (scope: Queryable, id: string, outcome: NonNullable<RunAttempt['outcome']>) =>
  scope.query(
    `update trainyard.run_attempts set ended = clock_timestamp(), outcome = $2 where run = $1 and outcome is null`,
    [id, outcome],
  );

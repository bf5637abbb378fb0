import { ConflictError, InputError, NotFoundError } from '../errors.ts';
import { canonicalJson, checkText, type JsonObject } from '../json.ts';
import { checkId, checkName, quote } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';
import { holdRun, lockRun } from './own-run.ts';

export type StageStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** One of the stages that a run goes through, one after the other. */
export interface RunStage {
  readonly run: string;
  readonly name: string;
  /** 0, 1, 2, … */
  readonly position: number;
  readonly status: StageStatus;
  /** How often it was begun. */
  readonly attempts: number;
  /** How often its work said that it failed. */
  readonly failures: number;
  /** How often its process died since progress last changed. */
  readonly crashes: number;
  /** 0 to 1; null before anything was said of it. */
  readonly progress: number | null;
  /** What it is at, or why it failed. */
  readonly note: string | null;
  readonly result: JsonObject | null;
  readonly worker: string | null;
  readonly started: Date | null;
  readonly finished: Date | null;
}

const columns = `run, name, position, status, attempts, failures,
  case when crashed_at is distinct from progress then 0 else crashes end as crashes,
  progress, note, result, worker, started, finished`;

/** The stages of runs. Whoever changes one has the run, which its token shows. */
export class Stages {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  /**
   * Says which stages a run goes through. The same may be said twice.
   * @throws ConflictError when it was another plan; NotFoundError
   */
  async plan(run: string, names: readonly string[]): Promise<RunStage[]> {
    const where = `stages of run ${checkId('run', run)}`;
    if (names.length === 0 || new Set(names).size < names.length)
      throw new InputError(where, 'names of stages, each once', quote(names));
    for (const name of names) checkName(where, name);
    return this.#database.transaction(async (scope) => {
      // Two plans that are made at once would be mixed.
      await lockRun(scope, run);
      await scope.query(
        `insert into trainyard.run_stages (run, name, position, status)
         select $1, name, position - 1, 'waiting' from unnest($2::text[]) with ordinality as t (name, position)
         where not exists (select 1 from trainyard.run_stages where run = $1)`,
        [run, names],
      );
      const planned = await listStages(scope, run);
      if (planned.map(({ name }) => name).join() === names.join()) return planned;
      throw new ConflictError(
        where,
        names.join(', '),
        planned.map(({ name }) => name).join(', '),
        'start another run',
      );
    });
  }

  /** In their order; none for a run without a plan. */
  async list(run: string): Promise<RunStage[]> {
    return listStages(this.#database, checkId('run', run));
  }

  /**
   * Begins a stage, once more after a failure. One that has succeeded is returned as it is.
   * @throws ConflictError when an earlier one has not succeeded; StaleTokenError when another worker has the run
   */
  async start(run: string, token: number, name: string): Promise<RunStage> {
    return this.#database.transaction(async (scope) => {
      await holdRun(scope, run, token);
      const stages = await listStages(scope, run);
      const stage = stages.find((one) => one.name === name);
      if (!stage) throw noStage(run, name);
      if (stage.status === 'succeeded') return stage;
      const open = stages.find(({ position, status }) => position < stage.position && status !== 'succeeded');
      if (open)
        throw new ConflictError(
          `run ${run}, ${name}`,
          `${open.name} to have succeeded`,
          `it is ${open.status}`,
          'do that one first',
        );
      return only(
        await scope.query<RunStage>(
          `update trainyard.run_stages set status = 'running', attempts = attempts + 1,
             started = coalesce(started, clock_timestamp()),
             worker = (select worker from trainyard.runs where id = $1)
           where run = $1 and name = $2 returning ${columns}`,
          [run, name],
        ),
      );
    });
  }

  /** Says how far a stage is. @throws StaleTokenError when another worker has the run */
  async progress(
    run: string,
    token: number,
    name: string,
    { progress, note }: { readonly progress?: number; readonly note?: string },
  ): Promise<void> {
    const where = `run ${run}, ${name}`;
    if (progress !== undefined && !(progress >= 0 && progress <= 1))
      throw new InputError(`${where}, progress`, 'a share, 0 to 1', quote(progress));
    if (note !== undefined) checkText(`${where}, note`, note);
    await this.#change(
      run,
      token,
      name,
      'progress = coalesce($3::real, progress), note = coalesce($4::text, note)',
      [progress ?? null, note ?? null],
    );
  }

  /** Ends a stage well. @throws StaleTokenError when another worker has the run */
  async succeed(run: string, token: number, name: string, result: JsonObject = {}): Promise<RunStage> {
    return this.#change(
      run,
      token,
      name,
      `status = 'succeeded', progress = 1, note = null, result = $3::text::jsonb, finished = clock_timestamp()`,
      [canonicalJson(`run ${run}, ${name}, result`, result)],
    );
  }

  /**
   * Records that an attempt came to nothing: its work failed, or its process died. The stage waits for the next one.
   * @throws StaleTokenError when another worker has the run
   */
  async fail(
    run: string,
    token: number,
    name: string,
    { reason, kind }: { readonly reason: string; readonly kind: 'failure' | 'crash' },
  ): Promise<RunStage> {
    checkText(`run ${run}, ${name}, reason`, reason);
    const count =
      kind === 'failure'
        ? 'failures = failures + 1'
        : `crashes = case when crashed_at is distinct from progress then 1 else crashes + 1 end, crashed_at = progress`;
    return this.#change(run, token, name, `status = 'waiting', note = $3, ${count}`, [reason]);
  }

  #change(
    run: string,
    token: number,
    name: string,
    change: string,
    values: readonly (string | number | null)[],
  ): Promise<RunStage> {
    return this.#database.transaction(async (scope) => {
      await holdRun(scope, run, token);
      const [changed] = await scope.query<RunStage>(
        `update trainyard.run_stages set ${change} where run = $1 and name = $2 and status = 'running'
         returning ${columns}`,
        [run, name, ...values],
      );
      if (changed) return changed;
      const stage = (await listStages(scope, run)).find((one) => one.name === name);
      if (!stage) throw noStage(run, name);
      throw new ConflictError(
        `run ${run}, ${name}`,
        'a stage at work',
        `one that is ${stage.status}`,
        'start it first',
      );
    });
  }
}

const listStages = (scope: Queryable, run: string): Promise<RunStage[]> =>
  scope.query<RunStage>(`select ${columns} from trainyard.run_stages where run = $1 order by position`, [
    run,
  ]);

const noStage = (run: string, name: string) =>
  new NotFoundError(`run ${run}`, `a stage ${quote(name)}`, 'none', 'it is not in the plan of the run');

/** What becomes of a stage whose worker gives its run back. */
export const restStages = (scope: Queryable, run: string) =>
  scope.query(`update trainyard.run_stages set status = 'waiting' where run = $1 and status = 'running'`, [
    run,
  ]);

/** What becomes of stages when their run ends otherwise than well. */
export const endStages = (scope: Queryable, run: string, status: 'failed' | 'cancelled') =>
  scope.query(
    `update trainyard.run_stages
     set status = case when $2 = 'failed' and attempts = 0 then 'cancelled' else $2 end, finished = clock_timestamp()
     where run = $1 and status in ('waiting', 'running')`,
    [run, status],
  );

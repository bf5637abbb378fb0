import { type Queryable, sqlOf } from '@trainyard/registry';
import { PgBoss } from 'pg-boss';
import { JobError } from './errors.ts';
import { jobIdOf, type StageJob } from './job.ts';

/** A job that a worker has, to be completed by it. */
export interface FetchedJob extends StageJob {
  readonly id: string;
  readonly queue: string;
  /** Tells this fetch of the job from a later one. */
  readonly retryCount: number;
}

/** A job as pages show it. */
export interface JobView extends StageJob {
  readonly id: string;
  readonly queue: string;
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  readonly priority: number;
  readonly created: Date;
  readonly startAfter: Date;
  readonly started: Date | null;
  readonly retries: number;
}

export interface QueueOptions {
  /** Whether this process looks after jobs whose worker gave no heartbeat; workers do. */
  readonly supervise?: boolean;
  readonly onError?: (error: Error) => void;
}

const day = 86_400;
/** Seconds without a sign of life after which another worker gets the job: the least that pg-boss takes. */
export const heartbeatSeconds = 10;

/**
 * pg-boss in the schema `trainyard_jobs` of the registry's database, with one queue a pipeline. A job is retried
 * whenever its worker dies; failures of the work itself are counted by the run's stages.
 */
export class Queue {
  readonly #boss: PgBoss;
  readonly #known = new Set<string>();

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  static async open(database: Queryable, { supervise = false, onError }: QueueOptions = {}): Promise<Queue> {
    const boss = new PgBoss({
      db: sqlOf(database),
      schema: 'trainyard_jobs',
      schedule: false,
      supervise,
      superviseIntervalSeconds: 1,
      monitorIntervalSeconds: 2,
    });
    boss.on('error', (error) => onError?.(error));
    await boss.start();
    return new Queue(boss);
  }

  /** Makes the queue of a pipeline; also needed before `enqueue` in a transaction, which it must not wait for. */
  async ensure(pipeline: string): Promise<void> {
    if (this.#known.has(pipeline)) return;
    await this.#boss.createQueue(pipeline, {
      retryLimit: 1_000_000,
      heartbeatSeconds,
      expireInSeconds: day - 1,
      retentionSeconds: 365 * day,
    });
    await this.#boss.getQueue(pipeline);
    this.#known.add(pipeline);
  }

  /**
   * Enqueues a stage in the transaction of `scope`: once for a token, which is that of the claim that it follows.
   */
  async enqueue(
    scope: Queryable,
    pipeline: string,
    job: StageJob,
    token: number,
    { priority = 0, delay = 0 }: { priority?: number; delay?: number } = {},
  ): Promise<void> {
    if (!this.#known.has(pipeline))
      throw new JobError(`queue ${pipeline}`, 'a queue that was made', 'none', 'call ensure first');
    await this.#boss.send(
      pipeline,
      { ...job },
      {
        id: jobIdOf(job, token),
        priority,
        ...(delay > 0 && { startAfter: delay }),
        db: sqlOf(scope),
      },
    );
  }

  /** The next job of a pipeline, by priority and age; undefined where none waits. */
  async fetch(pipeline: string): Promise<FetchedJob | undefined> {
    const [job] = await this.#boss.fetch<StageJob>(pipeline);
    return job && { ...job.data, id: job.id, queue: pipeline, retryCount: job.retryCount };
  }

  /** Says that the job's worker lives. */
  async touch({ queue, id, retryCount }: FetchedJob): Promise<void> {
    await this.#boss.touch(queue, { id, retryCount });
  }

  /** Ends a job in the transaction of `scope`; one that was given to another worker meanwhile as well. */
  async complete(scope: Queryable, { queue, id }: Pick<FetchedJob, 'queue' | 'id'>): Promise<void> {
    await this.#boss.complete(queue, id, null, { db: sqlOf(scope), includeQueued: true });
  }

  /** Puts a job back, for the next worker. */
  async giveBack({ queue, id }: Pick<FetchedJob, 'queue' | 'id'>): Promise<void> {
    await this.#boss.fail(queue, id);
  }

  /** Jobs of a pipeline that are not done. */
  async list(pipeline: string, limit = 1000): Promise<JobView[]> {
    const jobs = await this.#boss.findJobs<StageJob>(pipeline, { limit });
    return jobs
      .filter(({ state }) => state === 'created' || state === 'retry' || state === 'active')
      .map((job) => ({
        ...job.data,
        id: job.id,
        queue: pipeline,
        state: job.state,
        priority: job.priority,
        created: job.createdOn,
        startAfter: job.startAfter,
        started: job.startedOn,
        retries: job.retryCount,
      }));
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false });
  }
}

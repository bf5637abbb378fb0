import { InputError, NotFoundError } from '../errors.ts';
import { checkText } from '../json.ts';
import { checkName, quote } from '../names.ts';
import { only, type Queryable } from '../store/database.ts';
import type { Registry } from './registry.ts';

export interface NewSchedule {
  readonly pipeline: string;
  /** A pipeline may have several. */
  readonly name: string;
  /** What it means is the caller's business. */
  readonly cron: string;
  readonly timeZone: string;
  /** Whether a slot retrains in any case, or only where that is needed. */
  readonly mode: 'always' | 'needed';
}

export interface Schedule extends NewSchedule {
  readonly paused: boolean;
  /** The last slot that was taken, or the moment from which slots count. */
  readonly lastSlot: Date;
  readonly created: Date;
}

const columns = `pipeline, name, cron, time_zone as "timeZone", mode, paused, last_slot as "lastSlot", created`;

/** The slot that a schedule is due for: the last one at `now` or before; undefined where it is not the caller's. */
export type LastSlotOf = (schedule: Schedule, now: Date) => Date | undefined;

/** What a slot starts, in the transaction that takes it, whose registry it is given. */
export type TakeSlot = (registry: Registry, schedule: Schedule, slot: Date) => Promise<void>;

/** When pipelines are retrained. Slots are taken in a transaction, so each is taken once, however many look. */
export class Schedules {
  readonly #database: Queryable;
  readonly #registryOf: (scope: Queryable) => Registry;

  constructor(database: Queryable, registryOf: (scope: Queryable) => Registry) {
    this.#database = database;
    this.#registryOf = registryOf;
  }

  /**
   * Makes a schedule, or changes one, which is then not paused. Where its times are new, slots count from now on: the
   * first one is the next.
   */
  async put({ pipeline, name, cron, timeZone, mode }: NewSchedule): Promise<Schedule> {
    const where = `schedule ${quote(name)} of ${checkName('schedule', pipeline)}`;
    if (mode !== 'always' && mode !== 'needed')
      throw new InputError(where, "mode 'always' or 'needed'", quote(mode));
    return only(
      await this.#database.query<Schedule>(
        `insert into trainyard.schedules as s (pipeline, name, cron, time_zone, mode) values ($1, $2, $3, $4, $5)
         on conflict (pipeline, name) do update set cron = excluded.cron, time_zone = excluded.time_zone,
           mode = excluded.mode, paused = false,
           last_slot = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone and not s.paused
             then s.last_slot else clock_timestamp() end
         returning ${columns}`,
        [
          pipeline,
          checkName(where, name),
          checkText(`${where}, cron`, cron, 200),
          checkText(`${where}, time zone`, timeZone, 100),
          mode,
        ],
      ),
    );
  }

  /** By pipeline and name. */
  async list({ pipeline }: { readonly pipeline?: string } = {}): Promise<Schedule[]> {
    return this.#database.query<Schedule>(
      `select ${columns} from trainyard.schedules where $1::text is null or pipeline = $1::text
       order by pipeline collate "C", name collate "C"`,
      [pipeline ?? null],
    );
  }

  /** @throws NotFoundError */
  async get(pipeline: string, name: string): Promise<Schedule> {
    const [schedule] = await this.#database.query<Schedule>(
      `select ${columns} from trainyard.schedules where pipeline = $1 and name = $2`,
      [checkName('schedule', pipeline), checkName('schedule', name)],
    );
    return schedule ?? noSchedule(pipeline, name);
  }

  /** Takes no slots, or takes them again; those of the pause are not caught up. @throws NotFoundError */
  async pause(pipeline: string, name: string, paused: boolean): Promise<Schedule> {
    const [schedule] = await this.#database.query<Schedule>(
      `update trainyard.schedules set paused = $3,
         last_slot = case when paused and not $3 then clock_timestamp() else last_slot end
       where pipeline = $1 and name = $2 returning ${columns}`,
      [checkName('schedule', pipeline), checkName('schedule', name), paused],
    );
    return schedule ?? noSchedule(pipeline, name);
  }

  /** @throws NotFoundError */
  async remove(pipeline: string, name: string): Promise<void> {
    const removed = await this.#database.query(
      'delete from trainyard.schedules where pipeline = $1 and name = $2 returning name',
      [checkName('schedule', pipeline), checkName('schedule', name)],
    );
    if (removed.length === 0) noSchedule(pipeline, name);
  }

  /**
   * Takes the slots that are due, of every schedule that is not paused: the last one of each, however many were missed.
   * `take` runs in the transaction that takes the slot, so what it starts is started once; when it throws, the slot is
   * not taken, and the other schedules are looked at nevertheless.
   * @returns how many were taken
   * @throws what a callback threw, in an AggregateError where several did
   */
  async takeDue(lastSlotOf: LastSlotOf, take: TakeSlot): Promise<number> {
    let taken = 0;
    const errors: unknown[] = [];
    for (const { pipeline, name } of await this.list()) {
      try {
        taken += await this.#takeOne(pipeline, name, lastSlotOf, take);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '));
    return taken;
  }

  #takeOne(pipeline: string, name: string, lastSlotOf: LastSlotOf, take: TakeSlot): Promise<number> {
    return this.#database.transaction(async (scope) => {
      const [row] = await scope.query<Schedule & { now: Date }>(
        `select ${columns}, clock_timestamp() as now from trainyard.schedules
         where pipeline = $1 and name = $2 and not paused for update skip locked`,
        [pipeline, name],
      );
      if (!row) return 0;
      const { now, ...schedule } = row;
      const slot = lastSlotOf(schedule, now);
      if (!slot || slot <= schedule.lastSlot) return 0;
      // A slot ahead of its time would keep out those before it.
      if (!(slot <= now))
        throw new InputError(
          `schedule ${name} of ${pipeline}`,
          `a slot at ${now.toISOString()} or before`,
          `${slot}`,
        );
      await scope.query('update trainyard.schedules set last_slot = $3 where pipeline = $1 and name = $2', [
        pipeline,
        name,
        slot,
      ]);
      await take(this.#registryOf(scope), schedule, slot);
      return 1;
    });
  }
}

function noSchedule(pipeline: string, name: string): never {
  throw new NotFoundError(`schedule ${name} of ${pipeline}`, 'a schedule', 'none', 'make it first');
}

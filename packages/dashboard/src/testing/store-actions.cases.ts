import { randomUUID } from 'node:crypto';
import type { JobView } from '@trainyard/jobs';
import { checkTimes } from '@trainyard/jobs';
import type { Store } from '@trainyard/registry';
import type { DashboardActions } from '../actions.ts';
import { digitsConfig, stageNames } from './filled-runs.cases.ts';

export interface StoreActions extends DashboardActions {
  /** What was asked for, in order. */
  readonly asked: readonly string[];
}

/** Actions on the store alone, with jobs made up from its runs: what pages need where there is no queue. */
export function storeActions(store: Store): StoreActions {
  const asked: string[] = [];
  const by = 'somebody';
  return {
    asked,
    pipelines: async () => ['digits', 'glyphs'],
    async retrain(pipeline, { start }) {
      asked.push(`retrain ${pipeline} ${start}`);
      const { id } = await store.runs.create({
        pipeline,
        config: { ...digitsConfig(), start: start ?? 'cold' },
        seeds: 7,
      });
      await store.stages.plan(id, stageNames);
      return id;
    },
    async cancel(run, reason) {
      asked.push(`cancel ${run}`);
      await store.runs.cancel(run, reason);
    },
    async approve(version, reason) {
      asked.push(`approve ${version.version}`);
      await store.aliases.approve(version, { by, reason });
    },
    async promote(version, reason, over) {
      asked.push(`promote ${version.version} over ${over}`);
      await store.aliases.promote(version, { by, reason, over });
    },
    async refuse(version, reason) {
      asked.push(`refuse ${version.version}`);
      await store.aliases.refuse(version, { by, reason });
    },
    async rollback(model, reason, from) {
      asked.push(`rollback ${model} from ${from}`);
      await store.aliases.rollback(model, { by, reason, from });
    },
    async putSchedule(schedule) {
      checkTimes(schedule);
      asked.push(`schedule ${schedule.name}`);
      await store.schedules.put(schedule);
    },
    async pauseSchedule(pipeline, name, paused) {
      asked.push(`${paused ? 'pause' : 'resume'} ${name}`);
      await store.schedules.pause(pipeline, name, paused);
    },
    async removeSchedule(pipeline, name) {
      asked.push(`remove ${name}`);
      await store.schedules.remove(pipeline, name);
    },
    async jobs() {
      const job = (
        run: string,
        queue: string,
        stage: string,
        state: JobView['state'],
        more: Partial<JobView> = {},
      ): JobView => ({
        id: randomUUID(),
        run,
        queue,
        flow: 'retrain',
        stage,
        state,
        priority: 0,
        created: new Date(Date.now() - 40_000),
        startAfter: new Date(Date.now() - 40_000),
        started: state === 'active' ? new Date(Date.now() - 30_000) : null,
        retries: 0,
        ...more,
      });
      const [running, queued] = await Promise.all([
        store.runs.list({ status: 'running' }),
        store.runs.list({ status: 'queued' }),
      ]);
      const failed = await store.runs.list({ status: 'failed', limit: 1 });
      return [
        ...running.map(({ id, pipeline }) => job(id, pipeline, 'train', 'active')),
        ...queued.map(({ id, pipeline }, i) => job(id, pipeline, 'data', 'created', { priority: i })),
        ...failed.map(({ id, pipeline }) =>
          job(id, pipeline, 'verify', 'retry', { retries: 2, startAfter: new Date(Date.now() + 75_000) }),
        ),
      ];
    },
  };
}

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DashboardActions } from '@trainyard/dashboard';
import { cancelRun, checkTimes, type Queue, startRun } from '@trainyard/jobs';
import type { Store } from '@trainyard/registry';
import { configFile } from '../folder.ts';
import { checkFlow, newCheck } from './check-flow.ts';
import { flows } from './flows.ts';

/** What the dashboard's buttons do: the same as the commands. */
export function dashboardActions(store: Store, queue: Queue): DashboardActions {
  const { aliases, schedules } = store;
  const by = 'dashboard';
  return {
    pipelines,
    async retrain(pipeline, { start }) {
      await queue.ensure(pipeline);
      // The config is read by the job, in a process of its own: what this process read before may be old.
      const { id } = await store.transaction((registry) =>
        startRun(
          registry,
          queue,
          checkFlow,
          newCheck(pipeline, { mode: 'always', trigger: by, ...(start && { start }) }),
        ),
      );
      return id;
    },
    async cancel(run, reason) {
      await cancelRun(store, queue, flows, { id: run, reason });
    },
    async approve(version, reason) {
      await aliases.approve(version, { by, reason });
    },
    async refuse(version, reason) {
      await aliases.refuse(version, { by, reason });
    },
    async promote(version, reason, over) {
      await aliases.promote(version, { by, reason, over });
    },
    async rollback(model, reason, from) {
      await aliases.rollback(model, { by, reason, from });
    },
    async putSchedule(schedule) {
      checkTimes(schedule);
      await schedules.put(schedule);
    },
    async pauseSchedule(pipeline, name, paused) {
      await schedules.pause(pipeline, name, paused);
    },
    async removeSchedule(pipeline, name) {
      await schedules.remove(pipeline, name);
    },
    async jobs() {
      const all = [];
      for (const pipeline of await pipelines()) {
        await queue.ensure(pipeline);
        all.push(...(await queue.list(pipeline)));
      }
      return all;
    },
  };
}

async function pipelines(): Promise<string[]> {
  const root = resolve('pipelines');
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => existsSync(join(root, name, configFile))).sort();
}

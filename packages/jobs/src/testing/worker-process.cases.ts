// A worker as a process: `worker-process.cases.ts <folder> <pipeline> [url]`, until SIGTERM.
import { join } from 'node:path';
import { openStore } from '@trainyard/registry';
import { startRun } from '../start-run.ts';
import { runWorker } from '../worker/worker.ts';
import { relayFlow, sprintFlow } from './relay-flow.cases.ts';

const [folder, pipeline, url] = process.argv.slice(2) as [string, string, string?];
const controller = new AbortController();
process.on('SIGTERM', () => controller.abort());
await runWorker({
  open: () => openStore({ folder: join(folder, 'store'), url: url ?? '', share: true }),
  pipelines: [pipeline],
  flows: [relayFlow, sprintFlow],
  folder: join(folder, 'work'),
  signal: controller.signal,
  onSlot: async ({ registry, queue }, schedule, slot) => {
    await startRun(registry, queue, sprintFlow, {
      pipeline: schedule.pipeline,
      config: { seed: 1 },
      seeds: 1,
      trigger: `schedule:${schedule.name}`,
      key: `slot/${schedule.name}/${slot.toISOString()}`,
    });
  },
  limits: { crashes: 1000 },
  checkpointSeconds: 1,
  log: (line) => console.log(line),
});

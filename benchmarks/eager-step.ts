import { eager } from '@trainyard/trainer';
import type { Benchmark } from './contender.ts';
import { tfjs } from './contenders/tfjs.ts';
import { trainyard } from './contenders/trainyard.ts';
import { measure } from './measure.ts';
import { benchmarkNetworks } from './networks.ts';
import { formatMeasured } from './report.ts';
import { trainTask } from './task.ts';

const batch = 16;

/** One training step in plain JavaScript, ours and TensorFlow.js's, on a batch that theirs can afford. */
export const eagerStep: Benchmark = {
  name: 'eager-step',
  summary: `training step of refcnn, batch ${batch}, plain JavaScript: ours against @tensorflow/tfjs (cpu)`,
  choices: [],
  run: async (log) => {
    const [refcnn] = benchmarkNetworks;
    const task = trainTask({ ...refcnn, batch });
    const contenders = [
      trainyard(task, eager),
      await tfjs(task, { name: 'tfjs', backend: 'cpu', threads: 1 }),
    ];
    // Theirs takes seconds, and its first step has warmed it up.
    const timing = {
      warmup: 0,
      rounds: 3,
      turn: 1000,
      settle: 0,
      enough: 30_000,
      tooSlow: Number.POSITIVE_INFINITY,
    };
    const measured = await measure(task, contenders, timing);
    for (const line of formatMeasured(measured, task.tolerance)) log(line);
    for (const contender of contenders) await contender.dispose?.();
    return { network: refcnn.name, ...measured };
  },
};

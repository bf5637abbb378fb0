import { requireAgreement } from './compare.ts';
import type { Benchmark } from './contender.ts';
import { eagerRefcnn } from './contenders/eager.ts';
import { tfjsRefcnn } from './contenders/tfjs.ts';
import { interleave } from './interleave.ts';
import { refcnnFlops, refcnnTask } from './networks/refcnn.ts';
import { formatTable } from './table.ts';

const batch = 16;
const tolerance = 1e-4;

/** One training step (forward, backward, SGD with momentum) in plain JavaScript, ours and TensorFlow.js's. */
export const eagerStep: Benchmark = {
  name: 'eager-step',
  summary: `training step of refcnn, batch ${batch}, plain JavaScript: ours against @tensorflow/tfjs (cpu)`,
  run: async (log) => {
    const task = refcnnTask(batch);
    const ours = eagerRefcnn(task);
    const theirs = await tfjsRefcnn(task);
    const names = [ours.name, theirs.name] as const;
    const difference = requireAgreement(names, await ours.check(), await theirs.check(), tolerance);
    log(`loss and ${Object.keys(task.params).length} gradients agree to ${difference.toExponential(1)}`);
    const timings = await interleave([ours, theirs], {
      // The comparison has warmed both up, and theirs takes seconds.
      warmup: 0,
      rounds: 5,
      budget: 40,
      stepsPerRound: { [ours.name]: 10 },
    });
    const slowest = timings[1].median;
    const flops = 3 * refcnnFlops * batch;
    const rows = timings.map(({ name, median, fastest, steps }) => [
      name,
      median.toFixed(1),
      fastest.toFixed(1),
      ((1000 * batch) / median).toFixed(1),
      (flops / median / 1e6).toFixed(3),
      `${(slowest / median).toFixed(1)}×`,
      String(steps),
    ]);
    const header = ['', 'ms a step', 'fastest', 'images/s', 'GFLOP/s', 'speed-up', 'steps'];
    for (const line of formatTable(header, rows)) log(line);
    theirs.dispose?.();
    return { network: 'refcnn', batch, difference, timings, speedUp: slowest / timings[0].median };
  },
};

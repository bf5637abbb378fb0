import { requireAgreement } from './compare.ts';
import type { Benchmark } from './contender.ts';
import { compiledRefcnn, matMul1024, matMulFlops } from './contenders/compiled.ts';
import { eagerRefcnn } from './contenders/eager.ts';
import { interleave } from './interleave.ts';
import { refcnnFlops, refcnnTask } from './networks/refcnn.ts';
import { formatTable } from './table.ts';

const batch = 128;
const tolerance = 1e-4;

/** One training step of refcnn (forward, backward, SGD with momentum): eager and compiled, and how near the machine's limit. */
export const train: Benchmark = {
  name: 'train',
  summary: `training step of refcnn, batch ${batch}: eager against compiled; efficiency is of a MatMul of 1024³ with the same threads`,
  run: async (log) => {
    const task = refcnnTask(batch);
    const eager = eagerRefcnn(task);
    const compiled = [1, 2].map((threads) => compiledRefcnn(task, threads));
    const limits = [1, 2].map((threads) => matMul1024(threads));
    const expected = await eager.check();
    const differences = [];
    for (const contender of compiled) {
      const names = [eager.name, contender.name] as const;
      differences.push(requireAgreement(names, expected, await contender.check(), tolerance));
    }
    log(`losses and gradients agree to ${Math.max(...differences).toExponential(1)}`);
    const fast = [...compiled, ...limits];
    const timings = await interleave([eager, ...fast], {
      warmup: 1,
      rounds: 5,
      budget: 60,
      stepsPerRound: Object.fromEntries(fast.map(({ name }) => [name, 10])),
    });
    const [, , , ...limitTimings] = timings;
    // Work in the graph beyond 3 forward passes earns nothing.
    const flops = 3 * refcnnFlops * batch;
    const rows = timings.slice(0, 3).map((timing, i) => {
      // Eager runs on one thread.
      const limit = limitTimings[Math.max(0, i - 1)];
      const efficiency = flops / timing.median / (matMulFlops / limit.median);
      return { ...timing, imagesPerSecond: (1000 * batch) / timing.median, efficiency };
    });
    const header = ['', 'ms a step', 'fastest', 'images/s', 'GFLOP/s', 'efficiency', 'steps'];
    const lines = rows.map(({ name, median, fastest, imagesPerSecond, efficiency, steps }) => [
      name,
      median.toFixed(1),
      fastest.toFixed(1),
      imagesPerSecond.toFixed(0),
      (flops / median / 1e6).toFixed(1),
      efficiency.toFixed(3),
      String(steps),
    ]);
    for (const line of formatTable(header, lines)) log(line);
    for (const { name, median } of limitTimings)
      log(`${name}: ${(matMulFlops / median / 1e6).toFixed(0)} GFLOP/s`);
    for (const contender of fast) contender.dispose?.();
    return { network: 'refcnn', batch, flopsPerStep: flops, differences, rows, limits: limitTimings };
  },
};

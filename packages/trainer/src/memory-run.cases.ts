import { getHeapSpaceStatistics } from 'node:v8';
import * as ort from 'onnxruntime-node';
import { compiled } from './compiled.ts';
import { eager } from './executor.ts';
import { smallNetwork, smallRun, smallSplit } from './fit.cases.ts';
import { fit } from './fit.ts';
import type { FitOptions } from './fit-options.ts';

const ways: Record<string, Partial<FitOptions>> = {
  eager: { executor: eager },
  compiled: { executor: compiled({ ort, threads: 1 }) },
  workers: { executor: 'compiled', workers: 2, threads: 1 },
};

/**
 * Resident memory apart from the young generation of V8's heap. V8 widens that from 1 to 32 MB when it likes, once in
 * the life of a process and whatever runs in it.
 */
function resident(): number {
  const young = getHeapSpaceStatistics().filter(({ space_name }) => space_name === 'new_space');
  return process.memoryUsage.rss() - young.reduce((sum, space) => sum + space.physical_space_size, 0);
}

// For a test in a plain process of its own: trains for 2,000 steps and says the resident memory after 200 and at the
// end, with whatever waits to be collected.
const after: Record<number, number> = {};
let steps = 0;
await fit(smallNetwork(), smallSplit(160), {
  ...smallRun(),
  epochs: 100,
  ...ways[process.argv[2]],
  callbacks: [
    {
      onStep() {
        steps++;
        if (steps === 200 || steps === 2000) after[steps] = resident();
      },
    },
  ],
});
console.log(JSON.stringify(after));

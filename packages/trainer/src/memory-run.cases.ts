import * as ort from 'onnxruntime-node';
import { compiled } from './compiled.ts';
import { eager } from './executor.ts';
import { smallNetwork, smallRun, smallSplit } from './fit.cases.ts';
import { fit } from './fit.ts';

// For a test in a process of its own with --expose-gc: trains for 2,000 steps and says the resident memory after 200
// and at the end, without what waits to be collected.
const executor = process.argv[2] === 'eager' ? eager : compiled({ ort, threads: 1 });
const resident: Record<number, number> = {};
let steps = 0;
await fit(smallNetwork(), smallSplit(160), {
  ...smallRun(),
  epochs: 100,
  executor,
  callbacks: [
    {
      onStep() {
        steps++;
        if (steps !== 200 && steps !== 2000) return;
        globalThis.gc?.();
        resident[steps] = process.memoryUsage.rss();
      },
    },
  ],
});
console.log(JSON.stringify(resident));

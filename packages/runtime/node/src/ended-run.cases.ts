import { memorySource } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime-cases';
import { loadBundle } from './load-bundle.ts';

// For a test: a program that ends in the middle of a run, which takes long enough for that.
const batch = 2000;
const bundle = tinyBundle({ height: 16, width: 16, channels: 1, work: 12 });
const worker = Number(process.argv[2]);
const classifier = await loadBundle(memorySource(bundle.files), {
  worker,
  maxBatch: batch,
  threads: { intraOp: 1 },
});
for (let i = 0; i < 3 * worker; i++)
  void classifier.predict(pixelsOf(256 * batch)).catch((error: unknown) => console.error(error));
process.on('SIGTERM', () => process.exit(4));
setTimeout(() => {
  if (process.argv[3] === 'SIGTERM') process.kill(process.pid, 'SIGTERM');
  else process.exit(3);
}, 30);

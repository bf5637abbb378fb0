import { afterEach, expect, test } from 'vitest';
import { JobBench } from './testing/job-bench.cases.ts';
import { relayFlow } from './testing/relay-flow.cases.ts';

let bench: JobBench;
afterEach(() => bench.remove());

test('a run goes through its stages, and leaves nothing behind', async () => {
  bench = await JobBench.create();
  const [run] = await bench.start(relayFlow, [{ seed: 7 }]);
  bench.worker();
  const done = await bench.until(async ({ runs }) => {
    const found = await runs.get(run!.id);
    return found.status === 'succeeded' ? found : undefined;
  });
  expect(done.metrics).toMatchObject({ first: expect.any(Number), third: expect.any(Number) });
  await bench.stop();
});

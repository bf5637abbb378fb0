import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Run, Store } from '@trainyard/registry';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from '../../registry/src/testing/postgres-server.cases.ts';
import { randomNumbers } from '../../registry/src/testing/random-numbers.cases.ts';
import { JobBench } from './testing/job-bench.cases.ts';
import { relayFlow, sprintFlow } from './testing/relay-flow.cases.ts';

let bench: JobBench;
afterEach(() => bench?.remove());

const ended = ({ status }: Pick<Run, 'status'>) => status !== 'queued' && status !== 'running';

/** Waits for a run to end. */
const endOf = (run: Run, seconds?: number) =>
  bench.until(async ({ runs }) => {
    const found = await runs.get(run.id);
    return ended(found) ? found : undefined;
  }, seconds);

const inStore = async <T>(ask: (store: Store) => Promise<T>): Promise<T> =>
  bench.until(async (store) => ({ answer: await ask(store) })).then(({ answer }) => answer);

/** What every engine does, whatever its database. */
function testEngine(makeUrl: () => Promise<string | undefined>): void {
  test('a run goes through its stages, and leaves nothing behind', async () => {
    bench = await JobBench.create(await makeUrl());
    const [run] = await bench.start(relayFlow, [{ seed: 7 }]);
    const worker = bench.worker();
    expect(await endOf(run!)).toMatchObject({
      status: 'succeeded',
      metrics: { first: expect.any(Number), second: expect.any(Number), third: expect.any(Number) },
    });
    await inStore(async ({ stages, runs, aliases }) => {
      expect(await stages.list(run!.id)).toMatchObject(
        ['first', 'second', 'third'].map((name) => ({ name, status: 'succeeded', attempts: 1, progress: 1 })),
      );
      expect((await runs.metrics(run!.id, { name: 'second/value' })).map(({ step }) => step)).toEqual([
        1, 2, 3, 4, 5,
      ]);
      expect((await aliases.get('relay')).champion).toMatchObject({ run: run!.id, version: 1 });
    });
    worker.kill('SIGTERM');
    expect(await once(worker, 'exit')).toEqual([0, null]);
    expect(await readdir(join(bench.folder, 'work')).catch(() => [])).toEqual([]);
  });

  test('work that fails is tried again, later each time, and given up with its reason', async () => {
    bench = await JobBench.create(await makeUrl());
    const [again, never, final] = await bench.start(relayFlow, [
      { seed: 1, fail: { stage: 'second', times: 1 } },
      { seed: 2, fail: { stage: 'second' } },
      { seed: 3, fail: { stage: 'second', final: true } },
    ]);
    bench.worker();
    expect(await endOf(again!)).toMatchObject({ status: 'succeeded' });
    expect(await endOf(never!)).toMatchObject({ status: 'failed', failure: 'second: it did not work' });
    expect(await endOf(final!)).toMatchObject({ status: 'failed', failure: 'second: it can never work' });
    await inStore(async ({ stages }) => {
      expect(await stages.list(again!.id)).toMatchObject([{}, { attempts: 2, failures: 1 }, { attempts: 1 }]);
      expect(await stages.list(never!.id)).toMatchObject([
        { status: 'succeeded' },
        { status: 'failed', failures: 3 },
        { status: 'cancelled', attempts: 0 },
      ]);
      expect(await stages.list(final!.id)).toMatchObject([{}, { status: 'failed', attempts: 1 }, {}]);
    });
    await bench.stop();
  });

  test('a run that is cancelled ends its work at once, and the next one begins', async () => {
    bench = await JobBench.create(await makeUrl());
    const [long, next] = await bench.start(relayFlow, [{ seed: 1, steps: 10_000 }, { seed: 2 }]);
    bench.worker();
    await bench.until(async ({ stages }) => ((await stages.list(long!.id))[0]!.progress ? true : undefined));
    await inStore(({ runs }) => runs.cancel(long!.id, 'no longer wanted'));
    expect(await endOf(next!, 60)).toMatchObject({ status: 'succeeded' });
    await inStore(async ({ runs, stages }) => {
      expect(await runs.get(long!.id)).toMatchObject({ status: 'cancelled', failure: 'no longer wanted' });
      expect((await stages.list(long!.id)).map(({ status }) => status)).toEqual(Array(3).fill('cancelled'));
    });
    await bench.stop();
  });

  test('a worker that is stopped puts its stage back, and the next one goes on where it was', async () => {
    bench = await JobBench.create(await makeUrl());
    const [run] = await bench.start(relayFlow, [{ seed: 5, steps: 60, stepMs: 30 }]);
    const first = bench.worker();
    await bench.until(async ({ stages }) => ((await stages.list(run!.id))[0]!.progress ? true : undefined));
    first.kill('SIGTERM');
    expect(await once(first, 'exit')).toEqual([0, null]);
    const stopped = await inStore(async ({ runs, stages }) => {
      expect(await runs.get(run!.id)).toMatchObject({ status: 'queued' });
      return (await stages.list(run!.id))[0]!;
    });
    expect(stopped.progress).toBeGreaterThan(0);
    bench.worker();
    const { metrics } = await endOf(run!);
    const [calm] = await bench.start(relayFlow, [{ seed: 5, steps: 60, stepMs: 0 }]);
    expect((await endOf(calm!)).metrics).toEqual(metrics);
    await bench.stop();
  });

  test('a worker that is paused past its heartbeat comes back: what it has by then is refused', async () => {
    bench = await JobBench.create(await makeUrl());
    // The process that has an embedded store open must not be the one that is paused.
    const keeper = bench.url ? undefined : await bench.open();
    const [run] = await bench.start(relayFlow, [{ seed: 3, steps: 60, stepMs: 50 }]);
    const paused = bench.worker();
    await bench.until(async ({ stages }) => ((await stages.list(run!.id))[0]!.progress ? true : undefined));
    paused.kill('SIGSTOP');
    const before = await inStore(({ runs }) => runs.get(run!.id));
    bench.worker();
    const done = await endOf(run!, 90);
    expect(done).toMatchObject({ status: 'succeeded' });
    expect(done.token).toBeGreaterThan(before.token);
    const files = await inStore(({ runs }) => runs.files(run!.id));
    paused.kill('SIGCONT');
    await bench.untilOutput(/is dropped: the run is/);
    await inStore(async ({ runs, versions, stages }) => {
      expect(await runs.files(run!.id)).toEqual(files);
      expect(await versions.list('relay')).toHaveLength(1);
      expect((await stages.list(run!.id)).every(({ status }) => status === 'succeeded')).toBe(true);
    });
    await bench.stop();
    await keeper?.close();
  });

  test('jobs of a higher priority go first', async () => {
    bench = await JobBench.create(await makeUrl());
    const [low, high] = await bench.start(sprintFlow, [{ seed: 1 }, { seed: 2 }], [0, 5]);
    bench.worker();
    const [first, second] = [await endOf(high!), await endOf(low!)];
    expect(first.started!.getTime()).toBeLessThan(second.started!.getTime());
    await bench.stop();
  });

  test('a slot that was missed is caught up once, however many workers look', async () => {
    bench = await JobBench.create(await makeUrl());
    await inStore(async ({ schedules, database }) => {
      await schedules.put({
        pipeline: 'relay',
        name: 'nightly',
        cron: '0 3 * * *',
        timeZone: 'UTC',
        mode: 'always',
      });
      await schedules.put({
        pipeline: 'relay',
        name: 'paused',
        cron: '0 3 * * *',
        timeZone: 'UTC',
        mode: 'always',
      });
      await schedules.pause('relay', 'paused', true);
      await database.query(`update trainyard.schedules set last_slot = last_slot - interval '5 days'`);
    });
    for (let i = 0; i < 3; i++) bench.worker();
    await bench.until(async ({ runs }) =>
      (await runs.list({ status: 'succeeded' })).length > 0 ? true : undefined,
    );
    await wait(5000);
    const runs = await inStore((store) => store.runs.list());
    expect(runs).toMatchObject([{ trigger: 'schedule:nightly', status: 'succeeded' }]);
    await bench.stop();
  });
}

describe('on the embedded store', () => testEngine(async () => undefined));

describe.skipIf(postgresMissing)(`on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  testEngine(() => server.createDatabase());

  test('a machine that goes away leaves a checkpoint, and another one goes on from there', async () => {
    bench = await JobBench.create(await server.createDatabase());
    const [run] = await bench.start(relayFlow, [{ seed: 5, steps: 160, stepMs: 30 }]);
    const first = bench.worker();
    await bench.until(async ({ runs }) =>
      (await runs.files(run!.id)).some(({ name }) => name === 'checkpoints/first.json') ? true : undefined,
    );
    first.kill('SIGKILL');
    await once(first, 'exit');
    await rm(join(bench.folder, 'work'), { recursive: true });
    bench.worker();
    expect(await endOf(run!)).toMatchObject({ status: 'succeeded' });
    await inStore(async ({ runs, stages }) => {
      const [stage] = await stages.list(run!.id);
      expect(stage!.result!.from).toBeGreaterThan(0);
      expect((await runs.files(run!.id)).map(({ name }) => name)).toEqual(['relay/number.txt']);
    });
    await bench.stop();
  });

  test('200 jobs of a second over 4 workers take at most 1.3 times as long as they must', async () => {
    bench = await JobBench.create(await server.createDatabase());
    const workers = Array.from({ length: 4 }, () => bench.worker());
    expect(workers).toHaveLength(4);
    // Their start is not what is measured.
    const warm = await bench.start(
      sprintFlow,
      Array.from({ length: 8 }, (_, seed) => ({ seed, steps: 1, stepMs: 500 })),
    );
    for (const run of warm) await endOf(run);
    const seconds = await inStore(async ({ database }) => {
      await bench.start(
        sprintFlow,
        Array.from({ length: 200 }, (_, seed) => ({ seed, steps: 1, stepMs: 1000 })),
      );
      for (;;) {
        const [row] = await database.query<{ left: number; seconds: number }>(
          `select count(*) filter (where finished is null) as left,
             extract(epoch from max(finished) - min(started))::float8 as seconds
           from (select * from trainyard.runs order by created desc limit 200) as newest`,
        );
        if (row!.left === 0) return row!.seconds;
        await wait(500);
      }
    });
    console.log(
      `200 jobs of 1 s over 4 workers: ${seconds.toFixed(1)} s, ${(seconds / 50).toFixed(2)} of the ideal`,
    );
    expect(seconds).toBeLessThan(50 * 1.3);
    await bench.stop();
  });

  test('200 tries survive 50 kills of their workers: 200 results, and none twice', async () => {
    bench = await JobBench.create(await server.createDatabase());
    const started = await bench.start(
      sprintFlow,
      Array.from({ length: 200 }, (_, seed) => ({ seed: seed + 1, steps: 20, stepMs: 100 })),
    );
    const workers = Array.from({ length: 4 }, () => bench.worker());
    const random = randomNumbers(50);
    for (let kills = 0; kills < 50; kills++) {
      const at = Math.floor(random() * workers.length);
      // One that has not begun has nothing to lose.
      await bench.untilSaid(workers[at]!, /first/);
      await wait(random() * 600);
      workers[at]!.kill('SIGKILL');
      workers[at] = bench.worker();
    }
    const done = await bench.until(async ({ runs }) => {
      const all = await runs.list({ limit: 1000 });
      return all.every(ended) ? all : undefined;
    }, 300);
    expect(done).toHaveLength(200);
    expect(new Set(done.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    await inStore(async ({ runs, database }) => {
      const [counts] = await database.query<{ lost: number; twice: number }>(
        `select (select count(*) from trainyard.run_attempts where outcome in ('lost', 'released')) as lost,
           (select count(*) from (select run from trainyard.run_attempts where outcome = 'succeeded'
              group by run having count(*) > 1) as t) as twice`,
      );
      expect(counts!.twice).toBe(0);
      // Kills that hit nobody at work would prove nothing.
      expect(counts!.lost).toBeGreaterThan(10);
      for (const { id, seeds } of [started[0]!, started[99]!, started[199]!])
        expect(
          (await runs.files(id)).map(({ name }) => name),
          JSON.stringify(seeds),
        ).toEqual(['relay/number.txt']);
    });
    await bench.stop();
  });
});

import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from '../../registry/src/testing/postgres-server.cases.ts';
import { JobBench } from './testing/job-bench.cases.ts';
import { makeNetwork, networksMissing, type TestNetwork } from './testing/networks.cases.ts';
import { relayFlow } from './testing/relay-flow.cases.ts';

const missing = postgresMissing ?? networksMissing;
const runs = 12;

describe.skipIf(missing)(`workers in two networks${missing ? ` (${missing})` : ''}`, () => {
  let server: PostgresServer;
  let networks: TestNetwork[] = [];
  let bench: JobBench;
  beforeAll(async () => {
    server = await startPostgres({ network: '10.77.0.0/16' });
    networks = [1, 2].map(makeNetwork);
  });
  afterAll(async () => {
    await bench?.remove();
    for (const network of networks) network.remove();
    await server?.stop();
  });

  test('a link that is cut for 20 seconds loses nothing and doubles nothing', async () => {
    const url = await server.createDatabase();
    bench = await JobBench.create(url);
    const started = await bench.start(
      relayFlow,
      Array.from({ length: runs }, (_, seed) => ({ seed: seed + 1, steps: 30, stepMs: 50 })),
    );
    for (const { prefix, host } of networks) bench.worker(prefix, url.replace('127.0.0.1', host));
    const ended = () =>
      bench.until(async (store) => (await store.runs.list({ status: 'succeeded' })).length, 10);
    while ((await ended()) < 2) await wait(500);
    networks[1]!.cut(true);
    await wait(20_000);
    networks[1]!.cut(false);
    const done = await bench.until(async (store) => {
      const all = await store.runs.list();
      return all.every(({ status }) => status === 'succeeded' || status === 'failed') ? all : undefined;
    }, 200);
    expect(done.map(({ status }) => status)).toEqual(Array(runs).fill('succeeded'));
    await bench.until(async ({ versions, aliases, runs: registry }) => {
      const all = await versions.list('relay');
      expect(new Set(all.map(({ run }) => run))).toEqual(new Set(started.map(({ id }) => id)));
      expect(all).toHaveLength(runs);
      const promotions = (await aliases.decisions('relay')).filter(({ kind }) => kind === 'promote');
      expect(promotions).toHaveLength(runs);
      for (const { id } of started) expect(await registry.files(id)).toHaveLength(1);
      return true;
    });
    await bench.stop();
  });
});

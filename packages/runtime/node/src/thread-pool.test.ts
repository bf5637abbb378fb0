import { signatureOf, WorkerError } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThreadPool } from './thread-pool.ts';

// Slow enough that much can happen while a batch runs.
const bundle = tinyBundle({ height: 16, width: 16, channels: 1, work: 12 });
const start = {
  model: bundle.files['full.onnx']!,
  signature: signatureOf(bundle.manifest),
  options: { threads: { intraOp: 1 } },
};
const batch = 200;
const pixels = pixelsOf(256 * batch);

/** Turns of the event loop until the promise settles. */
async function ticksDuring(promise: Promise<unknown>): Promise<number> {
  let ticks = 0;
  let running = true;
  const count = () => {
    ticks++;
    if (running) setImmediate(count);
  };
  setImmediate(count);
  await promise;
  running = false;
  return ticks;
}

describe('a pool of one thread', () => {
  let session: ThreadPool;
  beforeAll(async () => {
    session = await ThreadPool.start(start, 1);
  });
  afterAll(() => session.dispose());

  test('leaves the event loop free while the model runs', async () => {
    // On a busy machine this thread may not get its turn in one run; a run that blocked would never let it.
    let most = 0;
    for (let i = 0; i < 20 && most <= 10; i++)
      most = Math.max(most, await ticksDuring(session.run(pixels, batch)));
    expect(most).toBeGreaterThan(10);
  });

  test('takes back what waits, drops the result of what runs, and goes on', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = Array.from({ length: 6 }, () => session.run(pixels, batch, { signal }));
    const kept = session.run(pixels, batch);
    expect(session.load).toBe(7);
    controller.abort(new Error('enough'));
    expect(session.load).toBe(3);
    for (const result of await Promise.allSettled(aborted))
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    expect(await kept).toEqual(bundle.expected(pixels));
    await expect(session.run(pixels, batch, { signal })).rejects.toThrow('enough');
  });

  test('carries an error of a run over, with its class, and goes on', async () => {
    await expect(session.run(pixels, batch - 1)).rejects.toMatchObject({ name: 'ProviderError' });
    expect(await session.run(pixels, batch)).toEqual(bundle.expected(pixels));
  });

  test('refuses what cannot be sent to a thread, and goes on', async () => {
    const picture = { data: new Uint8Array(1), width: 1, height: 1, channels: 1, name: () => 'x' };
    await expect(session.prepare(picture as unknown as string, {})).rejects.toThrow(/could not be cloned/);
    expect(session.load).toBe(0);
    const plain = { data: new Uint8Array([9]), width: 1, height: 1, channels: 1 } as const;
    expect(await session.prepare(plain, {})).toEqual(new Uint8Array(256).fill(9));
  });

  test('leaves the pixels to their owner: neither changed nor detached', async () => {
    const own = pixels.slice();
    await Promise.all([session.run(own, batch), session.run(own, batch), session.run(own, batch)]);
    expect(own).toEqual(pixels);
  });
});

test('a thread that is ended rejects what it had, and no other takes its place without the model', async () => {
  const session = await ThreadPool.start(start, 1);
  const runs = [1, 2, 3, 4].map(() => session.run(pixels, batch));
  const settled = Promise.allSettled(runs);
  await session.threads[0]!.kill();
  for (const result of await settled) expect(result).toMatchObject({ reason: { name: 'WorkerError' } });
  await expect(session.run(pixels, batch)).rejects.toThrow(
    'worker threads: expected one that runs, got none of 1; load the bundle again',
  );
  await session.dispose();
});

test('dispose lets what was sent end first', async () => {
  const session = await ThreadPool.start(start, 1);
  const run = session.run(pixels, batch);
  await session.dispose();
  expect(await run).toEqual(bundle.expected(pixels));
});

describe('a pool of two threads', () => {
  test('gives each thread as much, lets nothing wait behind a long batch, and outlives a thread', async () => {
    const warnings: string[] = [];
    const logger = { info() {}, warn: (message: string) => warnings.push(message) };
    const pool = await ThreadPool.start(start, 2, { logger });
    const runs = Array.from({ length: 6 }, () => pool.run(pixels, batch));
    expect(pool.threads.map(({ load }) => load)).toEqual([2, 2]);
    expect(pool.load).toBe(6);
    for (const logits of await Promise.all(runs)) expect(logits).toEqual(bundle.expected(pixels));
    await pool.threads[0]!.kill();
    expect(warnings).toEqual([expect.stringMatching(/^worker thread: .*a thread that was ended/)]);
    expect(await pool.run(pixels, batch)).toEqual(bundle.expected(pixels));
    await pool.dispose();
  });

  test('puts another thread in the place of one that ended, unless that had never done anything', async () => {
    const warnings: string[] = [];
    const logger = { info() {}, warn: (message: string) => warnings.push(message) };
    let loads = 0;
    const reload = async () => {
      loads++;
      return start.model;
    };
    const pool = await ThreadPool.start(start, 2, { logger, reload });
    const [used, idle] = pool.threads;
    await pool.run(pixels, batch);
    await Promise.all([used!.kill(), idle!.kill()]);
    // None is left, so this waits for the one that comes.
    expect(await pool.run(pixels, batch)).toEqual(bundle.expected(pixels));
    expect(loads).toBe(1);
    const ended = 'worker thread: expected it to run the model, got a thread that was ended';
    expect(warnings.map((warning) => warning.replace(/; load the bundle again/, '')).sort()).toEqual([
      ended,
      `${ended}; another thread takes its place`,
    ]);
    await pool.dispose();
  });

  test('says so when no other thread can take the place of the last', async () => {
    const warnings: string[] = [];
    const logger = { info() {}, warn: (message: string) => warnings.push(message) };
    const reload = () => Promise.reject(new Error('the folder is gone'));
    const pool = await ThreadPool.start(start, 1, { logger, reload });
    await pool.run(pixels, batch);
    await pool.threads[0]!.kill();
    await expect(pool.run(pixels, batch)).rejects.toThrow(WorkerError);
    expect(warnings.at(-1)).toBe('worker thread: no other takes its place: the folder is gone');
    await pool.dispose();
  });

  test('that could not start says why', async () => {
    await expect(ThreadPool.start({ ...start, model: new Uint8Array(9) }, 2)).rejects.toMatchObject({
      name: 'ProviderError',
    });
  });

  test('that is no longer wanted before it has started ends with the reason', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const pool = ThreadPool.start(start, 2, { signal: controller.signal });
    controller.abort(reason);
    await expect(pool).rejects.toBe(reason);
  });
});

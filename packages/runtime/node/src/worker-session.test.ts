import { signatureOf, WorkerError } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Pool } from './pool.ts';
import { WorkerSession } from './worker-session.ts';

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

describe('WorkerSession', () => {
  let session: WorkerSession;
  beforeAll(async () => {
    session = await WorkerSession.start(start);
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

test('a thread that is ended rejects what it had to do, and what comes after', async () => {
  const session = await WorkerSession.start(start);
  const runs = [1, 2, 3, 4].map(() => session.run(pixels, batch));
  const settled = Promise.allSettled(runs);
  await session.kill();
  for (const result of await settled) expect(result).toMatchObject({ reason: { name: 'WorkerError' } });
  await expect(session.run(pixels, batch)).rejects.toThrow(
    /worker thread: expected it to run the model, got a thread that was ended/,
  );
  expect(session.alive).toBe(false);
  await session.dispose();
});

test('dispose lets what was sent end first', async () => {
  const session = await WorkerSession.start(start);
  const run = session.run(pixels, batch);
  await session.dispose();
  expect(await run).toEqual(bundle.expected(pixels));
});

test('a pool gives each run to the thread with the least before it, and outlives one of them', async () => {
  const pool = await Pool.start(start, 2);
  const runs = Array.from({ length: 6 }, () => pool.run(pixels, batch));
  expect(pool.sessions.map(({ load }) => load)).toEqual([3, 3]);
  for (const logits of await Promise.all(runs)) expect(logits).toEqual(bundle.expected(pixels));
  await pool.sessions[0]!.kill();
  expect(await pool.run(pixels, batch)).toEqual(bundle.expected(pixels));
  await pool.sessions[1]!.kill();
  await expect(pool.run(pixels, batch)).rejects.toThrow(WorkerError);
  await pool.dispose();
});

test('a pool that could not start says why', async () => {
  await expect(Pool.start({ ...start, model: new Uint8Array(9) }, 2)).rejects.toMatchObject({
    name: 'ProviderError',
  });
});

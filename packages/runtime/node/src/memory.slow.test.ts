import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memorySource, signatureOf } from '@trainyard/runtime-common';
import { pixelsOf, tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { createSession } from './create-session.ts';
import { loadBundle, type NodeOptions } from './load-bundle.ts';

const megabyte = 2 ** 20;
const rss = (): number => process.memoryUsage.rss() / megabyte;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Gives back what JavaScript no longer needs, so that resident memory tells what ONNX Runtime holds. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
}

describe('memory', () => {
  test('the arena keeps what a large batch took; without it, it goes back', async () => {
    const bundle = tinyBundle({ height: 64, width: 64, channels: 1, work: 0 });
    const batch = 10_000;
    const pixels = pixelsOf(64 * 64 * batch);
    const kept: Record<string, number> = {};
    for (const arena of [true, false]) {
      const session = await createSession(bundle.files['full.onnx']!, signatureOf(bundle.manifest), {
        memory: { arena, pattern: false },
      });
      await session.run(pixels.subarray(0, 64 * 64), 1);
      await settle();
      const before = rss();
      // As float32, the batch takes 160 MB.
      await session.run(pixels, batch);
      await settle();
      kept[String(arena)] = rss() - before;
      await session.dispose();
      await settle();
    }
    expect(kept.true).toBeGreaterThan(120);
    expect(kept.false).toBeLessThan(60);
  });

  test.each<[string, NodeOptions]>([
    ['native', {}],
    ['WASM', { executionProviders: ['wasm'] }],
  ])('loading and disposing again and again holds on to nothing: %s', async (_, options) => {
    const { files, expected } = tinyBundle();
    const source = memorySource(files);
    const pixels = pixelsOf(60);
    const grown: number[] = [];
    for (let i = 0; i < 6; i++) {
      const before = rss();
      for (let load = 0; load < 250; load++) {
        const classifier = await loadBundle(source, { ...options, threads: { intraOp: 1 } });
        expect(await classifier.predict(pixels)).toEqual(expected(pixels));
        await classifier.dispose();
      }
      await settle();
      grown.push(rss() - before);
    }
    // Now and then engines take more. A session of this model holds 30 kB: what stayed would be 7.5 MB each time.
    expect(Math.min(...grown), `grew by ${grown}`).toBeLessThan(2.5);
  });
});

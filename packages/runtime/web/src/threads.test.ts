import { expect, test } from 'vitest';
import { chooseThreads } from './threads.ts';

const isolated = (processors: number) => ({ isolated: true, processors });

test('a large model has half of the processors, up to four; a small one has one', () => {
  expect(chooseThreads(undefined, 1e9, isolated(2))).toEqual({ threads: 1 });
  expect(chooseThreads(undefined, 1e9, isolated(6))).toEqual({ threads: 3 });
  expect(chooseThreads(undefined, 1e9, isolated(64))).toEqual({ threads: 4 });
  expect(chooseThreads(undefined, 1e6, isolated(64))).toEqual({ threads: 1 });
});

test('what was asked for is taken where the page is isolated, and else a reason is given', () => {
  expect(chooseThreads(3, 1e6, isolated(2))).toEqual({ threads: 3 });
  for (const wanted of [undefined, 3])
    expect(chooseThreads(wanted, 1e9, { isolated: false, processors: 8 })).toEqual({
      threads: 1,
      reason: expect.stringMatching(/^1 thread: .*Cross-Origin-Embedder-Policy: require-corp$/),
    });
});

import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { memorySource, RuntimeError } from '@trainyard/runtime-common';
import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { loadBundle } from './load-bundle.ts';
import { type OrtOptions, sessionOptions } from './session-options.ts';

const source = memorySource(tinyBundle().files);
const load = (options: OrtOptions) => loadBundle(source, options);

/** Loads with the options; gives the processors that each thread of ONNX Runtime may use then. */
async function threadsWith(options: OrtOptions): Promise<string[]> {
  const tasks = () => readdirSync('/proc/self/task');
  const before = new Set(tasks());
  const classifier = await load(options);
  const allowed = tasks()
    .filter((task) => !before.has(task))
    .map((task) => /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync(`/proc/self/task/${task}/status`, 'utf8')));
  await classifier.dispose();
  return allowed.map((match) => match![1]!);
}

describe('settings reach ONNX Runtime', () => {
  const noProc = process.platform !== 'linux' ? ' (skipped: no /proc)' : '';
  const processors = cpus().length;

  test.skipIf(noProc)(`as many threads as are asked for, the caller's among them${noProc}`, async () => {
    // What else starts a thread in this process does so once.
    await threadsWith({ threads: { intraOp: 1 } });
    expect(await threadsWith({ threads: { intraOp: 1 } })).toHaveLength(0);
    expect(await threadsWith({ threads: { intraOp: 4 } })).toHaveLength(3);
    expect(await threadsWith({ threads: { intraOp: 1, interOp: 3 } })).toHaveLength(2);
  });

  test.skipIf(noProc)(`each thread stays on its processors${noProc}`, async () => {
    const last = processors - 1;
    const affinity = [[0], [last], [0, last]];
    expect(await threadsWith({ threads: { intraOp: 4, affinity } })).toEqual([
      '0',
      `${last}`,
      expect.stringMatching(processors === 1 ? /^0$/ : processors === 2 ? /^0-1$/ : /^0,\d+$/),
    ]);
  });

  test('spinning, affinity and other entries under the names that ONNX Runtime gives them', () => {
    const { extra } = sessionOptions({
      threads: { intraOp: 3, affinity: [[0], [0]], spinning: false },
      config: { 'session.inter_op.allow_spinning': '0' },
    });
    expect(extra).toEqual({
      session: {
        intra_op_thread_affinities: '1;1',
        intra_op: { allow_spinning: '0' },
        inter_op: { allow_spinning: '0' },
      },
    });
  });

  test('what it refuses of memory, optimization and configuration is told in one line', async () => {
    const text = 'yes' as unknown as boolean;
    await expect(load({ memory: { arena: text } })).rejects.toThrow(
      /cpu: .*enableCpuMemArena must be a boolean/,
    );
    await expect(load({ memory: { pattern: text } })).rejects.toThrow(
      /cpu: .*enableMemPattern must be a boolean/,
    );
    await expect(load({ graphOptimization: 'most' as 'all' })).rejects.toThrow(/cpu: .*most/);
    const config = { 'session.intra_op_thread_affinities': 'everywhere' };
    await expect(load({ config })).rejects.toThrow(/cpu: .*must consist of only digits: everywhere/);
  });
});

describe('settings that cannot be', () => {
  test.each<[string, NonNullable<OrtOptions['threads']>, RegExp]>([
    ['no thread', { intraOp: 0 }, /1 to 1024 as threads\.intraOp, got 0/],
    ['half a thread', { interOp: 1.5 }, /as threads\.interOp, got 1\.5/],
    // ONNX Runtime would try.
    ['a hundred million threads', { intraOp: 1e8 }, /as threads\.intraOp, got 100000000/],
    ['processors for threads of no number', { affinity: [[0]] }, /a list .* got 1 with no intraOp/],
    ['too few lists', { intraOp: 4, affinity: [[0]] }, /a list .* got 1 with 4 intraOp/],
    ['a thread without a processor', { intraOp: 2, affinity: [[]] }, /one at least, got \[\]/],
    [
      'a processor that is not there',
      { intraOp: 2, affinity: [[9999]] },
      /processors from 0 to \d+.*\[9999\]/,
    ],
    ['a processor below the first', { intraOp: 2, affinity: [[-1]] }, /got \[-1\]/],
  ])('%s: refused, whatever other providers there are', async (_, threads, message) => {
    const refused = load({ threads, executionProviders: ['cpu', 'wasm'] });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(RuntimeError);
  });
});

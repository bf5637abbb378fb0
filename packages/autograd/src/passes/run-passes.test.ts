import { createModel, Graph, ModelError } from '@trainyard/onnx-ir';
import { expect, it } from 'vitest';
import { runPasses } from './run-passes.ts';

const model = () => createModel(new Graph('g'));

/** A pass that changes something in its first `times` runs. */
function busy(name: string, times: number, log: string[]) {
  let left = times;
  return {
    name,
    run() {
      log.push(name);
      return { changed: left-- > 0 ? 1 : 0, refused: [{ node: 'n', why: `${left}` }] };
    },
  };
}

it('runs the sequence until nothing changes', () => {
  const log: string[] = [];
  const reports = runPasses(model(), [busy('a', 2, log), busy('b', 1, log)]);
  expect(log.join('')).toBe('ababab');
  expect(reports).toEqual([
    { pass: 'a', changed: 2, refused: [{ node: 'n', why: '-1' }] },
    { pass: 'b', changed: 1, refused: [{ node: 'n', why: '-2' }] },
  ]);
});

it('stops after so many rounds', () => {
  const log: string[] = [];
  runPasses(model(), [busy('a', Number.POSITIVE_INFINITY, log)], { maxRounds: 3 });
  expect(log.length).toBe(3);
});

it('skips what cannot run, and says why', () => {
  const log: string[] = [];
  const pass = { ...busy('a', 1, log), requires: () => 'too old' };
  expect(runPasses(model(), [pass])).toEqual([{ pass: 'a', changed: 0, refused: [], skipped: 'too old' }]);
  expect(log).toEqual([]);
});

it('holds a pass to its promise', () => {
  const broken = () => {
    throw new ModelError('node "n"', 'none', 'one');
  };
  expect(() => runPasses(model(), [{ ...busy('a', 1, []), ensures: broken }])).toThrow(/node "n"/);
});

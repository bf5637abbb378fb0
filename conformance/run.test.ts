import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verdict } from './report/lines.ts';
import { renderMarkdown } from './report/markdown.ts';
import { runConformance } from './run.ts';
import type { Subject } from './subject.ts';
import { Refusal, type Target } from './target.ts';
import { fakeTarget, outcomeOf, rightLogits, tinySubject } from './testing/fixtures.cases.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'trainyard-conformance-test-'));
});
afterAll(() => rm(scratch, { recursive: true }));

const reference = fakeTarget('reference', async () =>
  outcomeOf(rightLogits(), { latency: { p50: 1, runs: 3 } }),
);
const wrong = () => rightLogits().map((logit, i) => (i === 5 ? logit + 0.01 : logit));

const run = (targets: readonly Target[], init: { subjects?: Subject[]; signal?: AbortSignal } = {}) =>
  runConformance({
    targets,
    reference,
    subjects: [tinySubject()],
    skippedSubjects: [],
    scratch,
    signal: new AbortController().signal,
    ...init,
  });

test('a target that gives what the reference gives holds every bar', async () => {
  const result = await run([
    reference,
    fakeTarget('same', async () => outcomeOf(rightLogits(), { batched: rightLogits() })),
  ]);
  expect(result.cells.map(({ target, status }) => [target, status])).toEqual([
    ['reference', 'held'],
    ['same', 'held'],
  ]);
  expect(verdict(result)).toMatchObject({ holds: true, complete: true });
});

describe('a bar breaks', () => {
  test.each([
    [
      'one wrong logit',
      () => outcomeOf(wrong()),
      /^expected logits within 0\.00010, got a difference of 0\.0100?$/,
    ],
    ['a wrong logit in batches alone', () => outcomeOf(rightLogits(), { batched: wrong() }), /^in batches: /],
    [
      'a logit that is not a number',
      () => outcomeOf(rightLogits().fill(Number.NaN, 0, 1)),
      /that are numbers/,
    ],
  ])('%s', async (_, outcome, reason) => {
    const result = await run([fakeTarget('wrong', async () => outcome())]);
    expect(result.cells[0]).toMatchObject({
      status: 'broken',
      reasons: expect.arrayContaining([expect.stringMatching(reason)]),
    });
    expect(verdict(result).holds).toBe(false);
    expect(verdict(result).lines.join('\n')).toContain('wrong with tiny/full: ');
    expect(renderMarkdown(result)).toMatch(/## Broken\n\n- \*\*The wrong\*\* with tiny\/full/);
  });

  test('bits that differ from those that must be equal', async () => {
    const exact = async () => ({
      name: 'the bits',
      logits: rightLogits().map((logit, i) => (i === 1 ? logit + 5e-5 : logit)),
    });
    const result = await run([fakeTarget('near', async () => outcomeOf(rightLogits()), { exact })]);
    expect(result.cells[0]!.reasons.join()).toMatch(
      /expected the bits of the bits, got \d+ of \d+ logits that differ/,
    );
  });

  test('what a model gave where it comes from', async () => {
    const origin = { name: 'its framework', logits: rightLogits(), run: async () => wrong() };
    const result = await run([reference], { subjects: [tinySubject({ origin })] });
    expect(result.origins[0]!.reasons).toHaveLength(1);
    expect(verdict(result).holds).toBe(false);
  });
});

test('what fails is told with its reason, and does not keep the rest from running', async () => {
  const failing = fakeTarget('failing', async ({ name }) => {
    if (name === 'b') throw new Error('out of\norder');
    return outcomeOf(rightLogits());
  });
  const subjects = ['a', 'b', 'c'].map((name) => tinySubject({ name }));
  const { cells } = await run([failing], { subjects });
  expect(cells.map(({ status }) => status)).toEqual(['held', 'failed', 'held']);
  expect(cells[1]!.reasons).toEqual(['out of order']);
});

test('too few logits are a failure', async () => {
  const { cells } = await run([fakeTarget('short', async () => outcomeOf(rightLogits().subarray(1)))]);
  expect(cells[0]).toMatchObject({
    status: 'failed',
    reasons: [expect.stringMatching(/^expected \d+ logits/)],
  });
});

test('a target that does not open fails for each model, one that is missing is skipped by name', async () => {
  const closed = fakeTarget('closed', async () => outcomeOf(rightLogits()), {
    open: async () => {
      throw new Error('no door');
    },
  });
  const missing = fakeTarget('missing', async () => outcomeOf(rightLogits()), {
    missing: () => 'no tool-gcc',
  });
  const result = await run([closed, missing], { subjects: ['a', 'b'].map((name) => tinySubject({ name })) });
  expect(result.cells.map(({ target, status, reasons }) => [target, status, reasons])).toEqual([
    ['closed', 'failed', ['no door']],
    ['closed', 'failed', ['no door']],
  ]);
  expect(result.targets[1]).toMatchObject({ name: 'missing', skipped: 'no tool-gcc' });
  expect(verdict(result)).toMatchObject({ holds: false, complete: false });
  expect(verdict(result).lines).toContain('missing: skipped, no tool-gcc');
  expect(renderMarkdown(result)).toContain('skipped: no tool-gcc');
});

test('a limit that a target states is neither a failure nor a result', async () => {
  const limited = fakeTarget('limited', async () => outcomeOf(rightLogits()), {
    refuses: ({ arithmetic }) => (arithmetic === 'float16' ? 'no halves' : undefined),
  });
  const subjects = [tinySubject({ name: 'a' }), tinySubject({ name: 'b', arithmetic: 'float16' })];
  const result = await run([limited], { subjects });
  expect(result.cells.map(({ status }) => status)).toEqual(['held', 'refused']);
  expect(verdict(result)).toMatchObject({ holds: true, complete: true });
  expect(renderMarkdown(result)).toContain('**The limited** with b: no halves.');
});

test('a limit that a run meets is one as well', async () => {
  const limited = fakeTarget('limited', async () => {
    throw new Refusal('no halves here');
  });
  const { cells } = await run([limited]);
  expect(cells[0]).toMatchObject({ status: 'refused', reasons: ['no halves here'] });
});

test('times of what is not timed are left out', async () => {
  const latency = { p50: 5, runs: 2 };
  const emulated = fakeTarget('emulated', async () => outcomeOf(rightLogits(), { latency }), {
    timed: false,
  });
  const { cells } = await run([reference, emulated]);
  expect(cells.map((cell) => cell.latencyMs?.p50)).toEqual([1, undefined]);
});

test('a reference that fails ends it: there is nothing to compare with', async () => {
  const broken = fakeTarget('broken', async () => {
    throw new Error('no reference');
  });
  const options = { targets: [], reference: broken, subjects: [tinySubject()], skippedSubjects: [], scratch };
  await expect(runConformance({ ...options, signal: new AbortController().signal })).rejects.toThrow(
    'no reference',
  );
});

test('the signal ends it with its reason, and what was open is closed', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let closed = false;
  const slow = fakeTarget('slow', async () => outcomeOf(rightLogits()), {
    async open(_, use) {
      try {
        await use(async () => {
          controller.abort(reason);
          return outcomeOf(rightLogits());
        });
      } finally {
        closed = true;
      }
    },
  });
  const subjects = ['a', 'b'].map((name) => tinySubject({ name }));
  await expect(run([slow], { subjects, signal: controller.signal })).rejects.toBe(reason);
  expect(closed).toBe(true);
  expect(await readdir(scratch)).toContain('slow');
});

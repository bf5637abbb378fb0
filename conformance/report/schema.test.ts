import { expect, test } from 'vitest';
import { parseConformance } from './schema.ts';

const comparison = { pictures: 4, maxDifference: 0, range: 1, agreeing: 4 };
const target = { name: 't', title: 'T', description: 'd', timed: true, shipped: [] };
const subject = {
  name: 's',
  arithmetic: 'float32',
  pictures: 4,
  classes: 3,
  bytes: 10,
  digest: `sha256:${'0'.repeat(64)}`,
};
const cell = { target: 't', subject: 's', status: 'held', reasons: [], comparison, parts: [] };
const conformance = {
  schema: 1,
  createdAt: '2026-01-02T03:04:05.678Z',
  seconds: 1,
  environment: { node: '20', onnxRuntime: '1.30', cpu: 'a', processors: 1, platform: 'linux-x64' },
  targets: [target],
  subjects: [subject],
  skippedSubjects: [],
  origins: [],
  cells: [cell],
};

test('a whole matrix is taken as it is', () => {
  expect(parseConformance(conformance)).toEqual(conformance);
});

test.each([
  ['a result that is missing', { cells: [] }, 'none of t with s'],
  ['a result that is there twice', { cells: [cell, cell] }, 'expected 1 results'],
  ['a result of something else', { cells: [cell, { ...cell, target: 'u' }] }, 'expected 1 results'],
  [
    'a broken bar without a reason',
    { cells: [{ ...cell, status: 'broken' }] },
    'got broken with 0 for t with s',
  ],
  ['a reason where all holds', { cells: [{ ...cell, reasons: ['why'] }] }, 'got held with 1'],
  ['another schema', { schema: 2 }, 'schema'],
  ['a difference below 0', { cells: [{ ...cell, comparison: { ...comparison, maxDifference: -1 } }] }, '>=0'],
])('%s is refused', (_, change, message) => {
  expect(() => parseConformance({ ...conformance, ...change })).toThrow(message === 'schema' ? /./ : message);
});

test('a target that was skipped has no results', () => {
  const skipped = { ...conformance, targets: [{ ...target, skipped: 'no gcc' }], cells: [] };
  expect(parseConformance(skipped).targets[0]!.skipped).toBe('no gcc');
});

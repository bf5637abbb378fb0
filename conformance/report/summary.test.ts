import { expect, test } from 'vitest';
import type { Cell } from './schema.ts';
import { worst } from './summary.ts';
import { table } from './table.ts';

const cell = (status: Cell['status'], maxDifference?: number | null, agreeing = 4): Cell => ({
  target: 't',
  subject: 's',
  status,
  reasons: [],
  parts: [],
  ...(maxDifference !== undefined && { comparison: { pictures: 4, maxDifference, range: 1, agreeing } }),
});

test.each<[string, Cell[], string]>([
  ['nothing', [], ''],
  ['the largest difference', [cell('held', 1e-6), cell('held', 2e-6), cell('held', 0)], '✓ 2.0e-6'],
  [
    'one that is broken among others',
    [cell('held', 1e-6), cell('broken', 0.5, 3)],
    '✗ 0.5, 1 of another class',
  ],
  ['one that failed among others', [cell('held', 1e-6), cell('failed')], '✗ 1.0e-6, 1 failed'],
  ['only failures', [cell('failed'), cell('failed')], '✗ failed'],
  ['only what is not taken', [cell('refused')], '–'],
  ['what is not taken beside what is', [cell('refused'), cell('held', 0)], '✓ 0'],
  ['no number', [cell('broken', null, 0)], '✗ not a number, 4 of another class'],
])('%s', (_, cells, text) => expect(worst(cells)).toBe(text));

test('a table holds what would break it', () => {
  expect(table(['', 'a'], [['x|y', 'two\nlines']])).toBe('|  | a |\n| --- | --: |\n| x\\|y | two lines |');
});

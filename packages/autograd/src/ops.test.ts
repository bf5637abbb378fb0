/// <reference types="vite/types/importMeta.d.ts" />
import { type OpCases, testOp } from '@trainyard/testing';
import { expect, test } from 'vitest';
import { allOps } from './index.ts';

const families = import.meta.glob<{ cases: OpCases }>('./ops/*.cases.ts', { eager: true });
const cases = new Map(Object.values(families).flatMap((family) => Object.entries(family.cases)));

test.each(allOps)('$type has a case', ({ type }) => {
  expect(cases.get(type)?.length ?? 0, `cases of ${type} in ops/*.cases.ts`).toBeGreaterThan(0);
});

test('every case is one of an operator', () => {
  const types = new Set(allOps.map(({ type }) => type));
  expect([...cases.keys()].filter((type) => !types.has(type))).toEqual([]);
});

for (const op of allOps) if (cases.has(op.type)) testOp(op, cases.get(op.type)!);

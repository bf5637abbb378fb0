import { expect, test } from 'vitest';
import { byOperator } from './profile-operators.ts';

const node = (opType: string, microseconds: number, i: number) => ({
  node: `n${i}`,
  opType,
  provider: 'CPUExecutionProvider',
  microseconds,
  share: 0,
});

test('nodes of one operator are added up, the slowest operator first', () => {
  const nodes = [node('MaxPool', 4, 0), node('Conv', 3, 1), node('Conv', 2, 2), node('Gemm', 1, 3)];
  expect(byOperator(nodes)).toEqual([
    { opType: 'Conv', nodes: 2, microseconds: 5 },
    { opType: 'MaxPool', nodes: 1, microseconds: 4 },
    { opType: 'Gemm', nodes: 1, microseconds: 1 },
  ]);
});

import { convRule } from './conv.ts';
import { gemmRule } from './gemm.ts';
import { moveRule, reshapeRule, transposeRule } from './moves.ts';
import { averagePoolRule, globalAveragePoolRule, maxPoolRule } from './pool.ts';
import type { IntegerRule } from './rule.ts';

/** Every operator that has an integer form of its own; operators of one element at a time become tables. */
export const integerRules: readonly IntegerRule[] = [
  convRule,
  gemmRule,
  maxPoolRule,
  averagePoolRule,
  globalAveragePoolRule,
  reshapeRule,
  transposeRule,
  moveRule,
];

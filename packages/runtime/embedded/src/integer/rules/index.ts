import { concatRule } from './concat.ts';
import { convRule, convTransposeRule } from './conv.ts';
import { gemmRule } from './gemm.ts';
import { addRule, mulRule } from './join.ts';
import { moveRule, reshapeRule, transposeRule } from './moves.ts';
import { averagePoolRule, globalAveragePoolRule, maxPoolRule } from './pool.ts';
import { resizeRule } from './resize.ts';
import type { IntegerRule } from './rule.ts';

/** Every operator that has an integer form of its own; operators of one element at a time become tables. */
export const integerRules: readonly IntegerRule[] = [
  convRule,
  convTransposeRule,
  gemmRule,
  maxPoolRule,
  averagePoolRule,
  globalAveragePoolRule,
  addRule,
  mulRule,
  concatRule,
  resizeRule,
  reshapeRule,
  transposeRule,
  moveRule,
];

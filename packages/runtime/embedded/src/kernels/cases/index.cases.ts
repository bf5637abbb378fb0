import type { OperatorCase } from '../../testing/operator-case.cases.ts';
import { convCases, halfCases } from './conv.cases.ts';
import { elementwiseCases } from './elementwise.cases.ts';
import { groupNormCases, normCases, olderCases, quantizeCases } from './norm.cases.ts';
import { poolCases } from './pool.cases.ts';
import { productCases } from './products.cases.ts';
import { resizeCases, shapeCases } from './shape.cases.ts';

export interface CaseFamily {
  readonly name: string;
  readonly opset: number;
  readonly cases: readonly OperatorCase[];
}

export const caseFamilies: readonly CaseFamily[] = [
  { name: 'convolutions', opset: 20, cases: convCases },
  { name: 'weights of 16 bits', opset: 20, cases: halfCases },
  { name: 'products', opset: 20, cases: productCases },
  { name: 'poolings', opset: 20, cases: poolCases },
  { name: 'elementwise operators', opset: 20, cases: elementwiseCases },
  { name: 'shapes', opset: 20, cases: shapeCases },
  { name: 'resizing', opset: 19, cases: resizeCases },
  { name: 'normalizations and reductions', opset: 20, cases: normCases },
  { name: 'quantization', opset: 20, cases: quantizeCases },
  { name: 'operators of opset 11', opset: 11, cases: olderCases },
  { name: 'group normalization', opset: 21, cases: groupNormCases },
];

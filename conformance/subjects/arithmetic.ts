import type { Model } from '@trainyard/onnx-ir';
import type { Precision } from '@trainyard/runtime-common';
import type { Arithmetic } from '../subject.ts';

const dynamicOperators = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM']);

/** What the manifest calls int8 is two kinds of arithmetic: with ranges that are known, or found when it runs. */
export function arithmeticOf(precision: Precision, model: Model): Arithmetic {
  if (precision !== 'int8') return precision;
  const isDynamic = model.graph.nodes.some(({ opType }) => dynamicOperators.has(opType));
  return isDynamic ? 'int8-dynamic' : 'int8';
}

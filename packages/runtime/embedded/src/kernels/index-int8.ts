import { addInt8, addRoundedInt8 } from './add-int8.ts';
import { convInt8 } from './conv-int8.ts';
import { convTransposeInt8 } from './conv-transpose-int8.ts';
import type { IntegerKernel } from './definition-int8.ts';
import { depthwiseConvInt8 } from './depthwise-conv-int8.ts';
import { convDynamicInt8, dynamicQuantizeInt8, gemmDynamicInt8 } from './dynamic-int8.ts';
import { gemmInt8, gemmToFloat } from './gemm-int8.ts';
import { mulInt8 } from './mul-int8.ts';
import { averagePoolInt8, averagePoolRoundedInt8, globalAveragePoolInt8, maxPoolInt8 } from './pool-int8.ts';
import { dequantizeInt8, interleaveInt8, quantizeInt8, shiftOrigin } from './quantize-int8.ts';
import { resizeInt8 } from './resize-int8.ts';
import { pixelsInt8, tableInt8 } from './table-int8.ts';

/** Kernels on integers, whose operators a quantized model is lowered to. */
export const integerKernels: readonly IntegerKernel[] = [
  quantizeInt8,
  dequantizeInt8,
  interleaveInt8,
  shiftOrigin,
  pixelsInt8,
  tableInt8,
  convInt8,
  depthwiseConvInt8,
  gemmInt8,
  gemmToFloat,
  maxPoolInt8,
  averagePoolInt8,
  averagePoolRoundedInt8,
  globalAveragePoolInt8,
  convTransposeInt8,
  addInt8,
  addRoundedInt8,
  mulInt8,
  resizeInt8,
  dynamicQuantizeInt8,
  convDynamicInt8,
  gemmDynamicInt8,
];

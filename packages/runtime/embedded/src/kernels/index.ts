import { argKernels } from './arg-max.ts';
import { binaryKernels } from './binary.ts';
import { castKernel } from './cast.ts';
import { concatKernel, splitKernel } from './concat.ts';
import { convKernel } from './conv.ts';
import { convTransposeKernel } from './conv-transpose.ts';
import { elementwiseKernels } from './elementwise.ts';
import { gemmKernel } from './gemm.ts';
import { integerKernels } from './index-int8.ts';
import type { Kernel } from './kernel.ts';
import { matMulKernel } from './matmul.ts';
import { normalizeKernels } from './normalize.ts';
import { padKernel } from './pad.ts';
import { poolKernels } from './pool.ts';
import { quantizeKernels } from './quantize.ts';
import { reduceKernels } from './reduce.ts';
import { repeatKernels } from './repeat.ts';
import { reshapeKernel } from './reshape.ts';
import { resizeKernel } from './resize.ts';
import { sliceKernel } from './slice.ts';
import { softmaxKernels } from './softmax.ts';
import { transposeKernel } from './transpose.ts';

/** Every kernel, in the order in which they are asked for a node: those that take several nodes before those of one. */
export const kernels: readonly Kernel[] = [
  // Several nodes.
  convKernel,
  convTransposeKernel,
  gemmKernel,
  ...binaryKernels,
  // One node.
  ...elementwiseKernels,
  ...poolKernels,
  ...reduceKernels,
  ...softmaxKernels,
  ...argKernels,
  ...normalizeKernels,
  matMulKernel,
  resizeKernel,
  castKernel,
  ...quantizeKernels,
  ...integerKernels,
  reshapeKernel,
  transposeKernel,
  concatKernel,
  splitKernel,
  sliceKernel,
  padKernel,
  ...repeatKernels,
];

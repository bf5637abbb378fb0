import { binaryKernels } from './binary.ts';
import { castKernel } from './cast.ts';
import { convKernel } from './conv.ts';
import { elementwiseKernels } from './elementwise.ts';
import { gemmKernel } from './gemm.ts';
import type { Kernel } from './kernel.ts';
import { averagePoolKernel, maxPoolKernel } from './pool.ts';
import { reshapeKernel } from './reshape.ts';
import { transposeKernel } from './transpose.ts';

/** Every kernel, in the order in which they are asked for a node: those that take several nodes before those of one. */
export const kernels: readonly Kernel[] = [
  // Several nodes.
  convKernel,
  gemmKernel,
  ...binaryKernels,
  // One node.
  ...elementwiseKernels,
  averagePoolKernel,
  maxPoolKernel,
  castKernel,
  reshapeKernel,
  transposeKernel,
];

import type { IntegerFunction } from './definition-int8.ts';
import type { CallArguments, CFunction, KernelOptions } from './kernel.ts';

/** What a build defines to call CMSIS-NN; without, the same file compiles to portable C. */
export const cmsisNnMacro = 'TRAINYARD_CMSIS_NN';

/** A definition that exists only where CMSIS-NN is called. */
const guarded = (source: string): string => `#ifdef ${cmsisNnMacro}\n${source}\n#endif`;

const header: CFunction = {
  name: 'cmsis_nn_header',
  source: guarded(`#include "arm_nnfunctions.h"
#ifndef CMSIS_NN_USE_SINGLE_ROUNDING
#error "Compile this file and CMSIS-NN with CMSIS_NN_USE_SINGLE_ROUNDING, so that both round alike."
#endif`),
};

export interface CmsisCall {
  /** Of the C function that wraps the call; it returns whether CMSIS-NN did it. */
  readonly name: string;
  /** The whole function, from `static` on. */
  readonly source: string;
  /** Bytes of memory that CMSIS-NN may ask for, with or without vector instructions. */
  readonly scratchBytes: number;
}

/**
 * A kernel that tries CMSIS-NN first, where that is asked for, and computes by itself where that declines, as when its
 * buffer is too small. The wrapper gets what the kernel gets, then its memory and the number of its bytes.
 */
export function withCmsisNn(
  { cmsisNn }: KernelOptions,
  kernel: IntegerFunction,
  cmsis: CmsisCall | undefined,
): IntegerFunction {
  if (!cmsisNn || !cmsis) return kernel;
  const { name, source, scratchBytes } = cmsis;
  const operands = ({ inputs, outputs, parameters }: CallArguments) => [...inputs, ...outputs, parameters];
  const wrapper: CFunction = { name, source: guarded(source), needs: [header] };
  return {
    ...kernel,
    needs: [...(kernel.needs ?? []), wrapper],
    scratchBytes,
    call: (args) =>
      [
        `#ifdef ${cmsisNnMacro}`,
        `if (!${name}(${[...operands(args), args.scratch, scratchBytes].join(', ')}))`,
        '#endif',
        `${kernel.name}(${operands(args).join(', ')});`,
      ].join('\n'),
  };
}

const align = (x: number, to: number): number => Math.ceil(x / to) * to;

/** As arm_convolve_wrapper_s8_get_buffer_size says for DSP and for vector instructions. */
export const convolutionScratch = (taps: number): number => Math.max(4 * align(taps, 4), 4 * align(taps, 16));

/** As arm_depthwise_conv_wrapper_s8_get_buffer_size says: 124 channels at a time with vector instructions. */
export const depthwiseScratch = (positions: number, channels: number): number =>
  Math.max(2 * positions * channels, 4 * 124 * positions);

/** Fields that all windowed calls share. */
export const cmsisPicture = `  const cmsis_nn_dims input = {p->batch, p->height, p->width, p->channels};
  const cmsis_nn_dims output = {p->batch, p->out_height, p->out_width, p->out_channels};`;

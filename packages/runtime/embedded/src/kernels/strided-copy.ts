import { bytesOf, type ElementType } from '../program/element-type.ts';
import type { CFunction, Parameters, Refusal } from './kernel.ts';
import { mergedLoops, paddedLoops } from './strides.ts';

const levels = 5;

const parametersType: CFunction = {
  name: 'strided_copy_parameters',
  source: `typedef struct {
  int32_t sizes[${levels}], x_steps[${levels}], y_steps[${levels}]; /* outermost first, steps in bytes */
  int32_t x_start, y_start, block; /* bytes */
} strided_copy_parameters;`,
};

/** Blocks of bytes from places to places: transpositions, slices, repetitions, of any element type. */
export const stridedCopy: CFunction = {
  name: 'strided_copy',
  needs: [parametersType],
  source: `static void strided_copy(const strided_copy_parameters *p, const void *input, void *output) {
  const uint8_t *x0 = (const uint8_t *)input + p->x_start;
  uint8_t *y0 = (uint8_t *)output + p->y_start;
  for (int32_t i = 0; i < p->sizes[0]; i++, x0 += p->x_steps[0], y0 += p->y_steps[0]) {
    const uint8_t *x1 = x0;
    uint8_t *y1 = y0;
    for (int32_t j = 0; j < p->sizes[1]; j++, x1 += p->x_steps[1], y1 += p->y_steps[1]) {
      const uint8_t *x2 = x1;
      uint8_t *y2 = y1;
      for (int32_t k = 0; k < p->sizes[2]; k++, x2 += p->x_steps[2], y2 += p->y_steps[2])
        for (int32_t l = 0; l < p->sizes[3]; l++) {
          const uint8_t *x3 = x2 + l * p->x_steps[3];
          uint8_t *y3 = y2 + l * p->y_steps[3];
          /* A size that the compiler knows makes a move of a call. */
          if (p->block == 4)
            for (int32_t m = 0; m < p->sizes[4]; m++) memcpy(y3 + m * p->y_steps[4], x3 + m * p->x_steps[4], 4);
          else
            for (int32_t m = 0; m < p->sizes[4]; m++)
              memcpy(y3 + m * p->y_steps[4], x3 + m * p->x_steps[4], (size_t)p->block);
        }
    }
  }
}`,
};

export interface StridedCopy {
  readonly dtype: ElementType;
  /** How many elements along each axis. */
  readonly shape: readonly number[];
  /** Distances of neighbours along each axis, in elements. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Where the first element is, in elements. */
  readonly fromStart?: number;
  readonly toStart?: number;
}

/** Parameters of the copy; a refusal where it needs more loops than the function has. */
export function stridedCopyParameters(copy: StridedCopy): Parameters | Refusal {
  const { dtype, shape, from, to, fromStart = 0, toStart = 0 } = copy;
  const bytes = bytesOf(dtype);
  const loops = mergedLoops(shape, [from, to]);
  const inner = loops.at(-1);
  const isBlock = inner?.steps.every((step) => step === 1) ?? false;
  const padded = paddedLoops(isBlock ? loops.slice(0, -1) : loops, levels, 2);
  if (!padded)
    return {
      expected: `at most ${levels} groups of axes that move apart`,
      got: `shape [${shape.join(', ')}]`,
    };
  return {
    type: parametersType.name,
    fields: {
      sizes: padded.map(({ size }) => size),
      x_steps: padded.map(({ steps }) => steps[0]! * bytes),
      y_steps: padded.map(({ steps }) => steps[1]! * bytes),
      x_start: fromStart * bytes,
      y_start: toStart * bytes,
      block: (isBlock ? inner!.size : 1) * bytes,
    },
  };
}

import type { Tensor } from '@trainyard/autograd';
import type { ShapeOptions } from '@trainyard/exporter';
import type { Model } from '@trainyard/onnx-ir';
import { kernels } from '../kernels/index.ts';
import { prepare } from '../program/prepare.ts';
import type { IntegerNote } from './context.ts';
import { runReference } from './reference.ts';
import type { RequantizeMode } from './requantize.ts';

export interface IntegerReference {
  /** The model as `generateC` lowers it. */
  readonly lowered: Model;
  /** What stayed float between integers, and why. */
  readonly notes: readonly IntegerNote[];
  /** Every value that is computed, the outputs of the model among them, by name. */
  run(inputs: Readonly<Record<string, Tensor>>): ReadonlyMap<string, Tensor>;
}

/**
 * The arithmetic of the C code of a quantized model, in TypeScript: on integers it gives the same bits.
 * @throws ModelError as `generateC` does
 */
export function integerReference(
  model: Model,
  options: { readonly requantize?: RequantizeMode; readonly inputShape?: ShapeOptions['inputShape'] } = {},
): IntegerReference {
  const { requantize = 'float', inputShape } = options;
  const prepared = prepare(model, kernels, { cmsisNn: false, requantize }, inputShape ? { inputShape } : {});
  const { model: lowered, notes } = prepared;
  return { lowered, notes, run: (inputs) => runReference(lowered, inputs) };
}

import type { Value } from '@trainyard/onnx-ir';
import { byteLengthOf } from '../program/element-type.ts';
import type { Lowering, ModelView } from './kernel.ts';

/** Copies a value whole: an output that is an input, a constant, or another output. */
export const copyLowering = (from: Value, to: Value, model: ModelView): Lowering => ({
  inputs: [from],
  outputs: [to],
  functions: [],
  call: ({ inputs, outputs }) => `memcpy(${outputs[0]}, ${inputs[0]}, ${byteLengthOf(model.type(to))});`,
});

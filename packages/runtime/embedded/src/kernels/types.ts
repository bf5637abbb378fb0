import type { Node, Value } from '@trainyard/onnx-ir';
import type { ModelView } from './kernel.ts';

/** Whether all of these are floats of 32 bits, or constants of 16 that become such. */
export const allFloat = (values: readonly (Value | undefined)[], model: ModelView): boolean =>
  values.every((value) => !value || ['float32', 'float16'].includes(model.type(value).dtype));

/** The inputs of a node that are there. */
export const presentInputs = (node: Node): Value[] => node.inputs.filter((input) => input !== undefined);

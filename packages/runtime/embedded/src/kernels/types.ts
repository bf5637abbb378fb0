import type { Node, Value } from '@trainyard/onnx-ir';
import type { Kernel, ModelView } from './kernel.ts';

/** Whether all of these are floats of 32 bits, or constants of 16 that become such. */
export const allFloat = (values: readonly (Value | undefined)[], model: ModelView): boolean =>
  values.every((value) => !value || ['float32', 'float16'].includes(model.type(value).dtype));

/** The inputs of a node that are there. */
export const presentInputs = (node: Node): Value[] => node.inputs.filter((input) => input !== undefined);

/** The type of input 0, for operators that shape inference does not know. */
export const inferSame: NonNullable<Kernel['infer']> = (node, model) => model.type(node.inputs[0]);

/** A call for every picture of a batch: `call` gets the C expressions of where input and output of one begin. */
export function forBatch(
  batch: number,
  input: { readonly at: string; readonly size: number },
  output: { readonly at: string; readonly size: number },
  call: (input: string, output: string) => string,
): string {
  if (batch === 1) return call(input.at, output.at);
  return `for (int32_t n = 0; n < ${batch}; n++) ${call(`${input.at} + n * ${input.size}`, `${output.at} + n * ${output.size}`)}`;
}

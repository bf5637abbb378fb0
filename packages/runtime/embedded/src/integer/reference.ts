import { applyNode, arrayType, isDType, type Tensor, tensorOf, tensorOfData } from '@trainyard/autograd';
import { operatorOf } from '@trainyard/autograd/passes';
import { type Model, ModelError, type Node, type Value } from '@trainyard/onnx-ir';
import type { IntegerArray } from '../kernels/definition-int8.ts';
import { integerKernels } from '../kernels/index-int8.ts';

const byOperator = new Map(integerKernels.map((kernel) => [kernel.operators[0]!, kernel]));

/**
 * Runs a lowered model in TypeScript: integer operators by their kernels' own arithmetic, which the C code repeats bit
 * for bit, and what stayed float by our operators.
 * @param inputs by name
 * @returns every value that was computed, the outputs of the model among them, by name
 */
export function runReference(
  model: Model,
  inputs: Readonly<Record<string, Tensor>>,
): ReadonlyMap<string, Tensor> {
  const { graph } = model;
  const tensors = new Map<Value, Tensor>();
  for (const value of graph.initializers) tensors.set(value, tensorOfData(value.data!));
  for (const value of graph.inputs) {
    const given = inputs[value.name];
    if (!given)
      throw new ModelError(
        'runReference',
        `an input "${value.name}"`,
        Object.keys(inputs).join(', ') || 'none',
      );
    tensors.set(value, given);
  }
  for (const node of graph.nodes) {
    const given = node.inputs.map((input) => input && tensors.get(input)!);
    const results = runNode(node, given);
    node.outputs.forEach((output, i) => {
      if (output) tensors.set(output, results[i]!);
    });
  }
  return new Map([...tensors].map(([value, tensor]) => [value.name, tensor]));
}

function runNode(node: Node, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  const kernel = byOperator.get(operatorOf(node));
  if (!kernel) return applyNode(node, inputs);
  const outputs = node.outputs.map((output) => emptyLike(output!));
  kernel.reference(
    node,
    inputs.map((input) => input!.data as IntegerArray),
    outputs.map(({ data }) => data as IntegerArray),
  );
  return outputs;
}

function emptyLike({ name, type }: Value): Tensor {
  if (!type?.shape || !isDType(type.dtype))
    throw new ModelError(`value "${name}"`, 'a declared type', 'none');
  const shape = type.shape as readonly number[];
  const size = shape.reduce((a, b) => a * b, 1);
  return tensorOf(type.dtype, shape, new (arrayType(type.dtype))(size) as never);
}

import { type Node, TensorData, type Value } from '@trainyard/onnx-ir';

/** What a `Constant` node holds, in whichever of its forms; undefined for other nodes and for sparse tensors. */
export function constantOf(node: Node): TensorData | undefined {
  if (node.opType !== 'Constant' || node.domain !== '') return undefined;
  for (const attribute of node.attributes.values()) {
    const { kind } = attribute;
    if (kind === 'tensor') return attribute.value;
    if (kind === 'float') return TensorData.from('float32', [], Float32Array.of(attribute.value));
    if (kind === 'int') return TensorData.from('int64', [], BigInt64Array.of(BigInt(attribute.value)));
    if (kind === 'floats')
      return TensorData.from('float32', [attribute.value.length], Float32Array.from(attribute.value));
    if (kind === 'ints')
      return TensorData.from('int64', [attribute.value.length], BigInt64Array.from(attribute.value, BigInt));
  }
  return undefined;
}

/** The elements of a value that never changes: an initializer's, or those of a `Constant` node. */
export const constantDataOf = (value: Value): TensorData | undefined =>
  value.data ?? (value.producer && constantOf(value.producer));

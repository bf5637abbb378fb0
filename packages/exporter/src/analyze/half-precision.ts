import { type DType, type InferInput, isDType } from '@trainyard/autograd';
import { constantOf, constantType, type Inference } from '@trainyard/autograd/passes';
import { type DataType, dataTypeCode, type Node, type TensorData, type Value } from '@trainyard/onnx-ir';

const isHalf = (dtype: DataType): boolean => dtype === 'float16' || dtype === 'bfloat16';
const halfCodes = [dataTypeCode('float16'), dataTypeCode('bfloat16')];

/** The element type that sizes are worked out with: tensors have no half precision, which counts as float32. */
export function widened(dtype: DataType): DType | undefined {
  if (isHalf(dtype)) return 'float32';
  return isDType(dtype) ? dtype : undefined;
}

/** The type of a constant; one of half precision shows as float32, without elements. */
export const widenedConstant = (data: TensorData): InferInput | undefined =>
  isHalf(data.dtype) ? { dtype: 'float32', shape: data.dims } : constantType(data);

/** The nodes where half precision begins: a constant, or a conversion. */
export function inferHalf(node: Node, types: ReadonlyMap<Value, InferInput>): Inference | undefined {
  const constant = constantOf(node);
  if (constant && isHalf(constant.dtype)) return { types: [widenedConstant(constant)!] };
  const to = node.opType === 'Cast' ? node.attributes.get('to') : undefined;
  const x = node.inputs[0] && types.get(node.inputs[0]);
  if (!x || to?.kind !== 'int' || !halfCodes.includes(Number(to.value))) return undefined;
  return { types: [{ dtype: 'float32', shape: x.shape }] };
}

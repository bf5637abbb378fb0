import type { DataType, Node } from '@trainyard/onnx-ir';
import { fromOnnxAttributes } from '../attributes.ts';
import type { InferInput } from '../op.ts';
import { findOp } from '../registry.ts';
import type { TensorType } from '../types.ts';

/** A quantized operator as the float operator it stands for: which inputs are that one's, what type comes out. */
interface Twin {
  readonly type: string;
  readonly inputs: readonly number[];
  readonly output: (inputs: readonly (InferInput | undefined)[]) => DataType;
}

const ofInput =
  (at: number, otherwise: DataType) =>
  (inputs: readonly (InferInput | undefined)[]): DataType =>
    inputs[at]?.dtype ?? otherwise;

const twins: Readonly<Record<string, Twin>> = {
  QLinearConv: { type: 'Conv', inputs: [0, 3], output: ofInput(7, 'uint8') },
  QLinearMatMul: { type: 'MatMul', inputs: [0, 3], output: ofInput(7, 'uint8') },
  ConvInteger: { type: 'Conv', inputs: [0, 1], output: () => 'int32' },
  MatMulInteger: { type: 'MatMul', inputs: [0, 1], output: () => 'int32' },
  QuantizeLinear: { type: 'Identity', inputs: [0], output: ofInput(2, 'uint8') },
  DequantizeLinear: { type: 'Identity', inputs: [0], output: ofInput(1, 'float32') },
};

/**
 * Types and floating-point operations of a node of a quantized model, which count as those of its float twin;
 * undefined where the operator is none of those, or the sizes are not known.
 */
export function inferTwin(
  node: Node,
  inputs: readonly (InferInput | undefined)[],
): { types: readonly TensorType[]; flops: number } | undefined {
  const [x] = inputs;
  if (node.opType === 'DynamicQuantizeLinear' && x) {
    const scalar = { shape: [] };
    const types = [
      { ...x, dtype: 'uint8' },
      { ...scalar, dtype: 'float32' },
      { ...scalar, dtype: 'uint8' },
    ] as const;
    return { types, flops: 0 };
  }
  const twin = Object.hasOwn(twins, node.opType) ? twins[node.opType] : undefined;
  const op = twin && findOp(twin.type);
  const operands = twin?.inputs.map((i) => inputs[i]);
  if (!op || !operands?.every((input) => input !== undefined)) return undefined;
  const floats = operands.map(({ shape }): InferInput => ({ dtype: 'float32', shape }));
  const isPassage = twin!.type === 'Identity';
  const attributes = fromOnnxAttributes(twin!.type, op.rules, isPassage ? new Map() : node.attributes);
  const types = op.definition.infer(floats, attributes as never);
  return {
    types: types.map(({ shape }) => ({ dtype: twin!.output(inputs) as TensorType['dtype'], shape })),
    flops: op.definition.flops?.(floats, attributes as never, types) ?? 0,
  };
}

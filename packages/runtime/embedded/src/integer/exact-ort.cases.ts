import { cloneModel, type Model, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';

/**
 * The file of a quantized model with a zero point of its own for every node. ONNX Runtime 1.30 moves int8 weights to
 * uint8 in its exact mode, and fails where two of them share their zero point.
 */
export function withOwnZeroPoints(model: Model): Uint8Array {
  const copy = cloneModel(model);
  const { graph } = copy;
  for (const node of graph.nodes) {
    const zeroPoint = node.inputs[2];
    if (node.opType === 'DequantizeLinear' && zeroPoint?.data && zeroPoint.uses.size > 1)
      node.setInput(2, graph.addInitializer(graph.uniqueName(zeroPoint.name), zeroPoint.data));
  }
  return writeModel(copy);
}

/** ONNX Runtime on the integers as they are: without this option, x86 without VNNI adds two products in 16 bits. */
export const exactOptions: ort.InferenceSession.SessionOptions = {
  extra: { session: { x64quantprecision: '1' } },
  logSeverityLevel: 3,
  intraOpNumThreads: 1,
};

/** The first output of a model for each of some inputs. */
export async function runExactly(
  model: Model,
  inputs: readonly (Uint8Array | Float32Array)[],
  options: ort.InferenceSession.SessionOptions = exactOptions,
): Promise<Float32Array[]> {
  const session = await ort.InferenceSession.create(withOwnZeroPoints(model), options);
  const shape = model.graph.inputs[0]!.type!.shape!.map((dim) => (typeof dim === 'number' ? dim : 1));
  try {
    const results: Float32Array[] = [];
    for (const input of inputs) {
      const tensor =
        input instanceof Uint8Array
          ? new ort.Tensor('uint8', input, shape)
          : new ort.Tensor('float32', input, shape);
      const outputs = await session.run({ [session.inputNames[0]!]: tensor });
      results.push(Float32Array.from(outputs[session.outputNames[0]!]!.data as Float32Array));
    }
    return results;
  } finally {
    await session.release();
  }
}

import { type DType, isDType, Tensor, type Tensors, type TypedArray } from '@trainyard/autograd';
import { checkModel, createModel, type Graph, writeModel } from '@trainyard/onnx-ir';
import * as ort from 'onnxruntime-node';

const toOrt = ({ dtype, data, sizes }: Tensor): ort.Tensor =>
  new ort.Tensor(dtype as 'float32', data as Float32Array, sizes);

function fromOrt({ type, dims, data }: ort.Tensor): Tensor {
  if (!isDType(type)) throw new Error(`runInOrt: expected a type that tensors have, got ${type}`);
  return new Tensor({ dtype: type as DType, shape: dims }, data as unknown as TypedArray);
}

/** Writes the graph as a model, checks it, and runs it in ONNX Runtime on one thread. */
export async function runInOrt(graph: Graph, feeds: Tensors, opset = 18): Promise<Tensors> {
  const model = createModel(graph, { opsetImports: new Map([['', opset]]) });
  checkModel(model);
  const session = await ort.InferenceSession.create(writeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const fetched = await session.run(
      Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, toOrt(x)])),
    );
    return Object.fromEntries(Object.entries(fetched).map(([name, x]) => [name, fromOrt(x)]));
  } finally {
    await session.release();
  }
}

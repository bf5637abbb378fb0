import { createModel, Graph, Node, Value, writeModel } from '@trainyard/onnx-ir';
import { runtimeDomain } from '../passes/training/emit-blocked.ts';
import { oncePerRuntime } from './once-per-runtime.ts';

const channels = 4;

/**
 * How many channels ONNX Runtime's blocked convolutions take together on this processor: as many floats as its vector
 * registers hold. Undefined where it has no such convolutions, as on WebAssembly.
 */
export const channelBlockOf = oncePerRuntime<number | undefined>(async ({ InferenceSession, Tensor }) => {
  // Few channels, brought into blocks, come back as one whole block.
  const graph = new Graph('probe');
  const x = new Value('x', { dtype: 'float32', shape: [1, channels, 1, 1] });
  const y = new Value('y', { dtype: 'float32', shape: [1, 'block', 1, 1] });
  graph.inputs.push(x);
  graph.nodes.push(new Node('ReorderInput', [x], [y], { name: 'reorder', domain: runtimeDomain }));
  graph.outputs.push(y);
  const model = createModel(graph);
  model.opsetImports.set(runtimeDomain, 1);
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 4 });
  const results = await session.run({
    x: new Tensor('float32', new Float32Array(channels), [1, channels, 1, 1]),
  });
  await session.release();
  const block = results.y.dims[1];
  return block > channels ? block : undefined;
}, undefined);

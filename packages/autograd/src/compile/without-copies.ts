import { bytesPerElement, createModel, Graph, Node, Value, writeModel } from '@trainyard/onnx-ir';
import { sizeOf } from '../types.ts';
import { oncePerRuntime } from './once-per-runtime.ts';
import { type OnnxFunction, onnxBytes } from './onnx-function.ts';
import type { OrtNamespace } from './ort.ts';
import { guard, runWithoutCopies } from './run-without-copies.ts';

/*
 * onnxruntime-node 1.30 writes results to the tensors it is given, and then makes a new tensor of each result all the
 * same: fresh memory, which the system clears, and a copy. For large parameters that takes as long as the step. It
 * makes them one after the other, and stops at a result that is no tensor. So a graph whose first result is an empty
 * sequence is run, all its results are where they should be, and nothing is copied.
 */

/** ONNX's type message of a sequence of float32 tensors. */
const sequenceType = Uint8Array.of(0x22, 6, 0x0a, 4, 0x0a, 2, 8, 1);

/** Below this many bytes of results, copying them takes no time that matters. */
const leastBytes = 2 ** 20;

/** A model as a session takes it, and how it has to be run. */
export interface RuntimeModel {
  readonly bytes: Uint8Array;
  /** Whether it is one for `runWithoutCopies`. */
  readonly withoutCopies: boolean;
}

/** The form of a function's graph that this ONNX Runtime runs with the fewest copies. */
export async function modelFor(ort: OrtNamespace, fn: OnnxFunction): Promise<RuntimeModel> {
  const withoutCopies = await paysWithoutCopies(ort, fn);
  return { bytes: withoutCopies ? bytesWithoutCopies(fn) : onnxBytes(fn), withoutCopies };
}

/** The bytes of a function's graph with the empty sequence before its results. */
function bytesWithoutCopies(fn: OnnxFunction): Uint8Array {
  const [sequence, node] = emptySequence();
  const { graph } = fn;
  graph.insert([node]);
  graph.outputs.unshift(sequence);
  try {
    return onnxBytes(fn);
  } finally {
    graph.outputs.shift();
    graph.remove([node]);
  }
}

function emptySequence(): [Value, Node] {
  const value = new Value(guard);
  value.opaqueType = { encoded: sequenceType };
  return [value, new Node('SequenceEmpty', [], [value], { name: guard })];
}

/** Whether a function's results are large enough, and the runtime one that can be kept from copying them. */
async function paysWithoutCopies(ort: OrtNamespace, { outputTypes }: OnnxFunction): Promise<boolean> {
  const bytes = [...outputTypes.values()].map(
    ({ dtype, shape }) => bytesPerElement(dtype) * sizeOf(shape as readonly number[]),
  );
  return bytes.reduce((a, b) => a + b, 0) >= leastBytes && leavesResultsInPlace(ort);
}

/** Whether 1 + 1 arrives in the tensor that was given for it, and nothing else comes back. */
const leavesResultsInPlace = oncePerRuntime(async ({ InferenceSession, Tensor }) => {
  const type = { dtype: 'float32', shape: [1] } as const;
  const graph = new Graph('probe');
  const x = new Value('x', type);
  const y = new Value('y', type);
  const [sequence, node] = emptySequence();
  graph.inputs.push(x);
  graph.nodes.push(new Node('Add', [x, x], [y], { name: 'add' }), node);
  graph.outputs.push(sequence, y);
  const session = await InferenceSession.create(writeModel(createModel(graph)), { logSeverityLevel: 4 });
  const result = new Float32Array(1);
  await runWithoutCopies(
    session,
    { x: new Tensor('float32', Float32Array.of(1), [1]) },
    { y: new Tensor('float32', result, [1]) },
  );
  await session.release();
  return result[0] === 2;
}, false);

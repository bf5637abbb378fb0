import { createModel, type Graph, writeModel } from '@trainyard/onnx-ir';
import { InputError } from '../errors.ts';
import type { Target } from '../op.ts';
import { runtimeDomain } from '../passes/training/emit-blocked.ts';
import { optimizeTraining } from '../passes/training/optimize-training.ts';
import { type Tensors, type Traced, trace } from '../trace.ts';
import type { HostInput } from '../tracer.ts';
import type { TensorType } from '../types.ts';

export interface ToOnnxOptions {
  /** Whether the graph is rewritten to run faster, as `optimizeTraining` does; on unless said otherwise. */
  readonly optimize?: boolean | undefined;
  /** What it will run on; `cpu` unless given. */
  readonly target?: Target | undefined;
  /**
   * How many channels ONNX Runtime takes together on the processor at hand, as `channelBlockOf` finds out; where it is
   * given, some convolutions become operators of ONNX Runtime's own.
   */
  readonly channelBlock?: number | undefined;
}

/** A function of tensors as one ONNX graph. */
export interface OnnxFunction {
  readonly graph: Graph;
  /** Inputs beyond the function's own, drawn before each run in this order. */
  readonly hostInputs: readonly HostInput[];
  /** Names in the graph by the names of the results. */
  readonly outputNames: ReadonlyMap<string, string>;
  /** Types of the results, by their own names. */
  readonly outputTypes: ReadonlyMap<string, TensorType>;
}

/**
 * Traces a pure function for inputs of these types, and makes the graph fast.
 * @throws InputError or ModelError that names the operator that ONNX lacks, or that reads a traced tensor
 */
export const toOnnx = <I extends Tensors>(
  fn: (inputs: I) => Tensors,
  types: { readonly [N in keyof I]: TensorType },
  options: ToOnnxOptions = {},
): OnnxFunction => finishOnnx(traceOnnx(fn, types, options), options);

/** The first half of `toOnnx`: the graph as it was traced. */
export const traceOnnx = <I extends Tensors>(
  fn: (inputs: I) => Tensors,
  types: { readonly [N in keyof I]: TensorType },
  { optimize = true, target }: ToOnnxOptions,
): Traced => trace(fn, types, { name: 'compiled', lower: !optimize, target });

/** The second half of `toOnnx`, which changes the graph. */
export function finishOnnx(
  { graph, hostInputs, outputNames }: Traced,
  { optimize = true, target, channelBlock }: ToOnnxOptions,
): OnnxFunction {
  if (optimize) optimizeTraining(graph, target, channelBlock);
  const foreign = graph.nodes.find(({ domain }) => domain !== '' && domain !== runtimeDomain);
  if (foreign)
    throw new InputError(foreign.opType, 'a form in ONNX', 'none', 'give its definition a `lower`');
  writeOutputsDirectly(graph);
  const byName = new Map(graph.outputs.map(({ name, type }) => [name, type as TensorType]));
  const outputTypes = new Map([...outputNames].map(([name, inGraph]) => [name, byName.get(inGraph)!]));
  return { graph, hostInputs, outputNames, outputTypes };
}

/** The bytes of a function's graph, as ONNX Runtime takes them. */
export function onnxBytes({ graph }: OnnxFunction): Uint8Array {
  const model = createModel(graph);
  if (graph.nodes.some(({ domain }) => domain === runtimeDomain)) model.opsetImports.set(runtimeDomain, 1);
  return writeModel(model);
}

/** Lets the node that computes a result give it, where an Identity at the end would copy it. */
function writeOutputsDirectly(graph: Graph): void {
  for (const output of [...graph.outputs]) {
    const { producer } = output;
    const source = producer?.inputs[0];
    if (producer?.opType !== 'Identity' || !source?.producer || graph.outputs.includes(source)) continue;
    graph.replaceValue(output, source);
    graph.remove([producer]);
  }
}

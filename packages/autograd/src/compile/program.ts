import { createModel, type Graph, writeModel } from '@trainyard/onnx-ir';
import { InputError } from '../errors.ts';
import { optimizeTraining } from '../passes/training/optimize-training.ts';
import { type Tensors, type Traced, trace } from '../trace.ts';
import type { HostInput } from '../tracer.ts';
import type { TensorType } from '../types.ts';
import {
  fromOrt,
  type OrtNamespace,
  type OrtSession,
  type OrtTensor,
  type OrtTensors,
  toOrt,
} from './ort.ts';
import type { OutputTypes } from './output-buffers.ts';

export interface ProgramOptions {
  /** ONNX Runtime: the namespace of onnxruntime-node, onnxruntime-web or onnxruntime-react-native. */
  readonly ort: OrtNamespace;
  /** Whether the graph is rewritten to run faster, as `optimizeTraining` does; on unless said otherwise. */
  readonly optimize?: boolean | undefined;
  /** Options of ONNX Runtime's sessions: threads, execution providers. */
  readonly session?: object | undefined;
}

/** A function as ONNX Runtime runs it, for inputs of one signature. */
export class Program {
  readonly outputTypes: OutputTypes;
  readonly #ort: OrtNamespace;
  readonly #session: OrtSession;
  readonly #hostInputs: readonly HostInput[];
  /** Names in the graph by the names of the results. */
  readonly #outputNames: ReadonlyMap<string, string>;
  /** Known after the first run: onnxruntime-web on WASM, for one, leaves the tensors it is given as they are. */
  #writesInPlace: boolean | undefined;

  private constructor(ort: OrtNamespace, session: OrtSession, traced: Traced) {
    this.#ort = ort;
    this.#session = session;
    this.#hostInputs = traced.hostInputs;
    this.#outputNames = traced.outputNames;
    const types = new Map(traced.graph.outputs.map(({ name, type }) => [name, type as TensorType]));
    this.outputTypes = new Map([...traced.outputNames].map(([name, inGraph]) => [name, types.get(inGraph)!]));
  }

  /** @throws Error whose message names the operator that ONNX or ONNX Runtime lacks, or that reads a traced tensor */
  static async create(
    fn: (inputs: Tensors) => Tensors,
    inputs: Tensors,
    { ort, optimize = true, session: options }: ProgramOptions,
  ): Promise<Program> {
    const traced = trace(fn, inputs, { name: 'compiled', lower: !optimize });
    const { graph } = traced;
    if (optimize) optimizeTraining(graph);
    const foreign = graph.nodes.find(({ domain }) => domain !== '');
    if (foreign)
      throw new InputError(foreign.opType, 'a form in ONNX', 'none', 'give its definition a `lower`');
    writeOutputsDirectly(graph);
    const session = await ort.InferenceSession.create(writeModel(createModel(graph)), {
      logSeverityLevel: 3,
      ...options,
    });
    return new Program(ort, session, traced);
  }

  /**
   * Draws what the host draws, in the order in which `fn` does, and runs the graph.
   * @param buffers where the results are written; a runtime that does not write there gives results of its own
   */
  async run(inputs: Tensors, buffers: Tensors): Promise<Tensors> {
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, x] of Object.entries(inputs)) feeds[name] = toOrt(this.#ort, x);
    for (const { name, produce } of this.#hostInputs) feeds[name] = toOrt(this.#ort, produce());
    if (this.#writesInPlace === undefined) mark(buffers);
    if (this.#writesInPlace !== false) {
      await this.#session.run(feeds, this.#named(buffers));
      this.#writesInPlace ??= !isMarked(buffers);
      if (this.#writesInPlace) return buffers;
    }
    const results = await this.#session.run(feeds);
    return Object.fromEntries(
      [...this.#outputNames].map(([name, inGraph]) => [name, fromOrt(results[inGraph])]),
    );
  }

  #named(buffers: Tensors): OrtTensors {
    return Object.fromEntries(
      [...this.#outputNames].map(([name, inGraph]) => [inGraph, toOrt(this.#ort, buffers[name])]),
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }
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

const marker = 0xa5;
const bytesOf = (tensors: Tensors): Uint8Array[] =>
  Object.values(tensors).map(
    ({ data }) => new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  );

function mark(buffers: Tensors): void {
  for (const bytes of bytesOf(buffers)) bytes.fill(marker);
}

const isMarked = (buffers: Tensors): boolean =>
  bytesOf(buffers).every((bytes) => bytes.every((byte) => byte === marker));

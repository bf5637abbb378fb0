import type { Node } from '@trainyard/onnx-ir';
import type { Target } from '../op.ts';
import type { Tensors, Traced } from '../trace.ts';
import type { HostInput } from '../tracer.ts';
import type { TensorType } from '../types.ts';
import { channelBlockOf } from './channel-block.ts';
import { finishOnnx, type OnnxFunction, type ToOnnxOptions, traceOnnx } from './onnx-function.ts';
import {
  fromOrt,
  type OrtNamespace,
  type OrtSession,
  type OrtTensor,
  type OrtTensors,
  toOrt,
} from './ort.ts';
import type { OutputTypes } from './output-buffers.ts';
import { runWithoutCopies } from './run-without-copies.ts';
import { modelFor } from './without-copies.ts';

export interface ProgramOptions extends ToOnnxOptions {
  /** ONNX Runtime: the namespace of onnxruntime-node, onnxruntime-web or onnxruntime-react-native. */
  readonly ort: OrtNamespace;
  /** Options of ONNX Runtime's sessions: threads, execution providers. */
  readonly session?: object | undefined;
  /** What it will run on; `portable` where `session` asks for the provider `webgpu`, else `cpu`, unless given. */
  readonly target?: Target | undefined;
}

/** A function as ONNX Runtime runs it, for inputs of one signature. */
export class Program {
  readonly outputTypes: OutputTypes;
  readonly #ort: OrtNamespace;
  readonly #session: OrtSession;
  readonly #hostInputs: readonly HostInput[];
  /** Names in the graph by the names of the results. */
  readonly #outputNames: ReadonlyMap<string, string>;
  /** Whether the session is one for `runWithoutCopies`. */
  readonly #withoutCopies: boolean;
  /** Known after the first run: onnxruntime-web on WASM, for one, leaves the tensors it is given as they are. */
  #writesInPlace: boolean | undefined;

  private constructor(ort: OrtNamespace, session: OrtSession, fn: OnnxFunction, withoutCopies: boolean) {
    this.#ort = ort;
    this.#session = session;
    this.#hostInputs = fn.hostInputs;
    this.#outputNames = fn.outputNames;
    this.outputTypes = fn.outputTypes;
    this.#withoutCopies = withoutCopies;
  }

  /** @throws Error whose message names the operator that ONNX or ONNX Runtime lacks, or that reads a traced tensor */
  static async create(
    fn: (inputs: Tensors) => Tensors,
    inputs: Tensors,
    options: ProgramOptions,
  ): Promise<Program> {
    const { ort, session: sessionOptions } = options;
    const onnx = await onnxFor(fn, inputs, options);
    const { bytes, withoutCopies } = await modelFor(ort, onnx);
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, ...sessionOptions });
    return new Program(ort, session, onnx, withoutCopies);
  }

  /**
   * Draws what the host draws, in the order in which `fn` does, and runs the graph.
   * @param buffers where the results are written; a runtime that does not write there gives results of its own
   */
  async run(inputs: Tensors, buffers: Tensors): Promise<Tensors> {
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, x] of Object.entries(inputs)) feeds[name] = toOrt(this.#ort, x);
    for (const { name, produce } of this.#hostInputs) feeds[name] = toOrt(this.#ort, produce());
    if (this.#withoutCopies) {
      await runWithoutCopies(this.#session, feeds, this.#named(buffers));
      return buffers;
    }
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

/**
 * The graph that `compile` runs, for inputs of these types.
 * @throws Error whose message names the operator that ONNX lacks, or that reads a traced tensor
 */
export async function onnxFor(
  fn: (inputs: Tensors) => Tensors,
  types: Readonly<Record<string, TensorType>>,
  { ort, session, ...how }: ProgramOptions,
): Promise<OnnxFunction> {
  const wanted = { target: targetOf(session), ...how };
  const traced = traceOnnx(fn, types, wanted);
  return finishOnnx(traced, { channelBlock: await blockFor(ort, traced, session, wanted), ...wanted });
}

const namesOf = ({ executionProviders }: { readonly executionProviders?: unknown } = {}): string[] =>
  (Array.isArray(executionProviders) ? executionProviders : []).map((provider) =>
    typeof provider === 'string' ? provider : provider?.name,
  );

/** The least block that any processor has. */
const leastBlock = 8;

/** Whether a convolution's channels, in and out, could be taken in blocks. */
function fillsBlocks({ opType, inputs }: Node): boolean {
  const [outputs, channels] = inputs[1]?.type?.shape ?? [];
  return opType === 'Conv' && Number(outputs) % leastBlock === 0 && Number(channels) % leastBlock === 0;
}

/** The channels in a block, where convolutions run on a processor and may be ONNX Runtime's own. */
async function blockFor(
  ort: OrtNamespace,
  { graph }: Traced,
  session: object | undefined,
  { target, optimize = true }: ToOnnxOptions,
): Promise<number | undefined> {
  const onProcessor = target === 'cpu' && namesOf(session).every((name) => name === 'cpu');
  return optimize && onProcessor && graph.nodes.some(fillsBlocks) ? channelBlockOf(ort) : undefined;
}

/** WebGPU leaves to the processor what it lacks, and copies back and forth for it. */
const targetOf = (session: object | undefined): Target =>
  namesOf(session).includes('webgpu') ? 'portable' : 'cpu';

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

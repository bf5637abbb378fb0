import {
  type HostInput,
  modelFor,
  type OnnxFunction,
  type OrtNamespace,
  onnxFor,
  type ProgramOptions,
  type TensorType,
} from '@trainyard/autograd';
import type { Batch } from '../data/index.ts';
import { packTensors, type TensorFunction, type TrainingTensors, type TrainStep } from '../train-step.ts';
import { Owners } from './owners.ts';
import type { SentGraph, SentPlan } from './protocol.ts';
import { type SharedTensors, share } from './shared-tensors.ts';

/** The sizes of the parts that so many pictures make for so many workers; nobody gets none before it has to be. */
export const partSizes = (pictures: number, workers: number): number[] =>
  Array.from(
    { length: workers },
    (_, i) => Math.floor(pictures / workers) + (i < pictures % workers ? 1 : 0),
  );

/** What a worker reads of a batch, and what is drawn for it. */
interface Feeds {
  readonly memory: SharedTensors;
  readonly hostInputs: readonly HostInput[];
}

/** How batches of one size are trained on: what each worker is told, and what is fed to it for each step. */
export class Plan {
  readonly sent: readonly SentPlan[];
  readonly sizes: readonly number[];
  readonly #feeds: readonly (Feeds | undefined)[];
  readonly #learningRate: SharedTensors[string];

  private constructor(
    sent: readonly SentPlan[],
    sizes: readonly number[],
    feeds: readonly (Feeds | undefined)[],
    learningRate: SharedTensors[string],
  ) {
    this.sent = sent;
    this.sizes = sizes;
    this.#feeds = feeds;
    this.#learningRate = learningRate;
  }

  /**
   * @param options what the graphs will run on
   * @throws InputError or ModelError that names the operator that ONNX lacks, or that reads a traced tensor
   */
  static make(
    step: TrainStep,
    tensors: TrainingTensors,
    batch: Batch,
    workers: number,
    options: ProgramOptions,
  ): Promise<Plan> {
    return workers === 1
      ? Plan.#whole(step, tensors, batch, options)
      : Plan.#together(step, tensors, batch, workers, options);
  }

  /** For one worker: the step as one graph. */
  static async #whole(
    step: TrainStep,
    tensors: TrainingTensors,
    batch: Batch,
    options: ProgramOptions,
  ): Promise<Plan> {
    const key = String(batch.labels.size);
    const given = { ...partTypes(batch, batch.labels.size), learningRate: scalar };
    const fn = await onnxFor(step, { ...packTensors(tensors), ...given }, options);
    const memory = share([...Object.entries(given), ...hostTypes(fn)]);
    const sent = { kind: 'whole', key, step: await sentGraph(fn, options.ort), feeds: memory } as const;
    return new Plan(
      [sent],
      [batch.labels.size],
      [{ memory, hostInputs: fn.hostInputs }],
      memory.learningRate,
    );
  }

  /** For several: the gradients of a part of the batch each, then the update of what is each one's own. */
  static async #together(
    step: TrainStep,
    tensors: TrainingTensors,
    batch: Batch,
    workers: number,
    options: ProgramOptions,
  ): Promise<Plan> {
    const pictures = batch.labels.size;
    const sizes = partSizes(pictures, workers);
    const held = packTensors({ ...tensors, optimizer: {} });
    const gradients = await gradientsBySize(step.gradients, held, batch, sizes, options);
    const results = [...gradients.get(sizes[0])!.fn.outputTypes].filter(([name]) => !isFigure(name));
    const moved = packTensors({ ...tensors, buffers: {} });
    const given = { ...moved, ...Object.fromEntries(results.filter(isGradient)), learningRate: scalar };
    const owners = new Owners(tensors.params, workers);
    const updates = await Promise.all(sizes.map((_, i) => updateOf(step.update, given, owners, i, options)));
    const updateFeeds = share([['learningRate', scalar]]);
    const params = share(Object.entries(packTensors({ ...tensors, buffers: {}, optimizer: {} })));
    const parts = sizes
      .filter((size) => size > 0)
      .map((size) => ({ results: share(results), share: size / pictures }));
    const feeds = sizes.map((size): Feeds | undefined => {
      const found = gradients.get(size)?.fn;
      if (!found) return undefined;
      const memory = share([...Object.entries(partTypes(batch, size)), ...hostTypes(found)]);
      return { memory, hostInputs: found.hostInputs };
    });
    const sent = sizes.map((size, i): SentPlan => {
      const part = feeds[i] && { gradients: gradients.get(size)!.sent, feeds: feeds[i].memory };
      const others = Object.keys(moved).filter((name) => (owners.of(name) ?? i) !== i);
      const own = Object.keys(moved).filter((name) => owners.of(name) === i);
      const key = String(pictures);
      return { kind: 'together', key, part, ...updates[i], updateFeeds, own, others, params, parts };
    });
    return new Plan(sent, sizes, feeds, updateFeeds.learningRate);
  }

  /** Puts a batch where the workers read it, and draws what the host draws, in the order of the parts. */
  feed({ images, labels }: Batch, learningRate: number): void {
    this.#learningRate.data[0] = learningRate;
    const pixels = images.size / labels.size;
    let first = 0;
    this.#feeds.forEach((feeds, i) => {
      if (!feeds) return;
      const { memory, hostInputs } = feeds;
      const end = first + this.sizes[i];
      memory.images.data.set(images.data.subarray(first * pixels, end * pixels) as never);
      memory.labels.data.set(labels.data.subarray(first, end) as never);
      for (const { name, produce } of hostInputs) memory[name].data.set(produce().data as never);
      first = end;
    });
  }
}

const scalar: TensorType = { dtype: 'float32', shape: [] };
const isFigure = (name: string): boolean => name === 'loss' || name === 'correct';
const isGradient = ([name]: readonly [string, TensorType]): boolean => name.startsWith('gradients.');

const partTypes = ({ images, labels }: Batch, size: number) => ({
  images: { dtype: images.dtype, shape: [size, ...images.shape.slice(1)] },
  labels: { dtype: labels.dtype, shape: [size] },
});

/** Types of what the host draws. */
function hostTypes({ graph, hostInputs }: OnnxFunction): [string, TensorType][] {
  const types = new Map(graph.inputs.map(({ name, type }) => [name, type as TensorType]));
  return hostInputs.map(({ name }) => [name, types.get(name)!]);
}

/** The graphs of the gradients, by the size of the part. */
async function gradientsBySize(
  gradients: TensorFunction,
  held: Readonly<Record<string, TensorType>>,
  batch: Batch,
  sizes: readonly number[],
  options: ProgramOptions,
): Promise<ReadonlyMap<number, { readonly fn: OnnxFunction; readonly sent: SentGraph }>> {
  const bySize = new Map<number, { fn: OnnxFunction; sent: SentGraph }>();
  for (const size of new Set(sizes.filter((size) => size > 0))) {
    const fn = await onnxFor(gradients, { ...held, ...partTypes(batch, size) }, options);
    bySize.set(size, { fn, sent: await sentGraph(fn, options.ort) });
  }
  return bySize;
}

/** The update of what is a worker's own, or nobody's. */
async function updateOf(
  update: TensorFunction,
  given: Readonly<Record<string, TensorType>>,
  owners: Owners,
  worker: number,
  options: ProgramOptions,
): Promise<{ update: SentGraph | undefined; updateInputs: readonly string[] }> {
  if (!Object.keys(given).some((name) => owners.of(name) === worker))
    return { update: undefined, updateInputs: [] };
  const own: TensorFunction = (inputs) =>
    Object.fromEntries(
      Object.entries(update(inputs)).filter(([name]) => (owners.of(name) ?? worker) === worker),
    );
  const fn = await onnxFor(own, given, options);
  const { graph } = fn;
  const used = graph.inputs.filter((input) => input.uses.size > 0 || graph.outputs.includes(input));
  graph.inputs.splice(0, graph.inputs.length, ...used);
  return { update: await sentGraph(fn, options.ort), updateInputs: used.map(({ name }) => name) };
}

async function sentGraph(fn: OnnxFunction, ort: OrtNamespace): Promise<SentGraph> {
  return { ...(await modelFor(ort, fn)), outputs: [...fn.outputNames] };
}

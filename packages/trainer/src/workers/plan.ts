import {
  add,
  type HostInput,
  mul,
  type OnnxFunction,
  onnxBytes,
  onnxFor,
  type ProgramOptions,
  type Tensors,
  type TensorType,
} from '@trainyard/autograd';
import type { Batch } from '../data/index.ts';
import { packTensors, type TrainingTensors, type TrainStep } from '../train-step.ts';
import type { SentGraph, SentPlan } from './protocol.ts';
import { share } from './shared-tensors.ts';

/** The sizes of the parts that so many pictures make for so many workers; nobody gets none before it has to be. */
export const partSizes = (pictures: number, workers: number): number[] =>
  Array.from(
    { length: workers },
    (_, i) => Math.floor(pictures / workers) + (i < pictures % workers ? 1 : 0),
  );

/** How batches of one size are trained on: what each worker is told, and what is fed to it for each step. */
export class Plan {
  readonly sent: readonly SentPlan[];
  readonly sizes: readonly number[];
  readonly #hostInputs: readonly (readonly HostInput[])[];

  private constructor(
    sent: readonly SentPlan[],
    sizes: readonly number[],
    hostInputs: readonly (readonly HostInput[])[],
  ) {
    this.sent = sent;
    this.sizes = sizes;
    this.#hostInputs = hostInputs;
  }

  /**
   * @param options what the graphs will run on
   * @throws InputError or ModelError that names the operator that ONNX lacks, or that reads a traced tensor
   */
  static async make(
    key: string,
    step: TrainStep,
    tensors: TrainingTensors,
    batch: Batch,
    workers: number,
    options: ProgramOptions,
  ): Promise<Plan> {
    const sizes = partSizes(batch.labels.size, workers);
    const held = packTensors({ ...tensors, optimizer: {} });
    const gradients = new Map<number, OnnxFunction>();
    for (const size of new Set(sizes))
      if (size > 0)
        gradients.set(size, await onnxFor(step.gradients, { ...held, ...partTypes(batch, size) }, options));
    const used = sizes.filter((size) => size > 0);
    const left = [...gradients.get(used[0])!.outputTypes].filter(([name]) => !isFigure(name));
    const update = await onnxFor(updateOf(step, used), updateTypes(tensors, left, used.length), options);
    const shared = {
      key,
      update: sentGraph(update),
      learningRate: share([['learningRate', scalar]]),
      parts: used.map(() => share(left)),
      workers,
    };
    const graphs = new Map([...gradients].map(([size, fn]) => [size, sentGraph(fn)]));
    const sent = sizes.map((size): SentPlan => {
      const fn = gradients.get(size);
      const part = fn && { gradients: graphs.get(size)!, feeds: share(feedTypes(fn, batch, size)) };
      return { ...shared, part };
    });
    return new Plan(
      sent,
      sizes,
      sizes.map((size) => gradients.get(size)?.hostInputs ?? []),
    );
  }

  /** Puts a batch where the workers read it, and draws what the host draws, in the order of the parts. */
  feed({ images, labels }: Batch, learningRate: number): void {
    const pixels = images.size / labels.size;
    let first = 0;
    this.sent.forEach(({ part, learningRate: rate }, i) => {
      rate.learningRate.data[0] = learningRate;
      if (!part) return;
      const end = first + this.sizes[i];
      part.feeds.images.data.set(images.data.subarray(first * pixels, end * pixels) as never);
      part.feeds.labels.data.set(labels.data.subarray(first, end) as never);
      for (const { name, produce } of this.#hostInputs[i]) part.feeds[name].data.set(produce().data as never);
      first = end;
    });
  }
}

const scalar: TensorType = { dtype: 'float32', shape: [] };
const isFigure = (name: string): boolean => name === 'loss' || name === 'correct';

const partTypes = ({ images, labels }: Batch, size: number) => ({
  images: { dtype: images.dtype, shape: [size, ...images.shape.slice(1)] },
  labels: { dtype: labels.dtype, shape: [size] },
});

/** Types of what the host feeds: pictures, labels, masks. */
function feedTypes({ graph, hostInputs }: OnnxFunction, batch: Batch, size: number): [string, TensorType][] {
  const types = new Map(graph.inputs.map(({ name, type }) => [name, type as TensorType]));
  return [
    ...Object.entries(partTypes(batch, size)),
    ...hostInputs.map(({ name }): [string, TensorType] => [name, types.get(name)!]),
  ];
}

const sentGraph = (fn: OnnxFunction): SentGraph => ({ model: onnxBytes(fn), outputs: [...fn.outputNames] });

function updateTypes(
  tensors: TrainingTensors,
  left: readonly [string, TensorType][],
  parts: number,
): Record<string, TensorType> {
  const moved = Object.entries(packTensors({ ...tensors, buffers: {} }));
  const given = Array.from({ length: parts }, (_, i) =>
    left.map(([name, type]): [string, TensorType] => [`part${i}.${name}`, type]),
  );
  return Object.fromEntries([...moved, ...given.flat(), ['learningRate', scalar]]);
}

/** The update from what the parts left: each counts by its share of the pictures, added up in their order. */
function updateOf(step: TrainStep, sizes: readonly number[]) {
  const pictures = sizes.reduce((a, b) => a + b);
  return (inputs: Tensors): Tensors => {
    const names = Object.keys(inputs).flatMap((name) => (name.startsWith('part0.') ? [name.slice(6)] : []));
    const means = Object.fromEntries(
      names.map((name) => {
        const parts = sizes.map((_, i) => inputs[`part${i}.${name}`]);
        if (parts.length === 1) return [name, parts[0]];
        return [name, parts.map((x, i) => mul(x, sizes[i] / pictures)).reduce(add)];
      }),
    );
    const buffers = Object.entries(means).filter(([name]) => name.startsWith('buffers.'));
    return { ...step.update({ ...inputs, ...means }), ...Object.fromEntries(buffers) };
  };
}

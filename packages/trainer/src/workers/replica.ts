import * as ort from 'onnxruntime-node';
import { mergeTensors } from '../merge-tensors.ts';
import type { Meeting } from './meeting.ts';
import type { SentGraph, SentPlan } from './protocol.ts';
import { copyInto, type SharedTensor, type SharedTensors } from './shared-tensors.ts';

type OrtTensors = Record<string, ort.Tensor & { readonly data: SharedTensor['data'] }>;

interface Plan {
  readonly sent: SentPlan;
  readonly gradients: ort.InferenceSession | undefined;
  readonly update: ort.InferenceSession;
  readonly feeds: OrtTensors;
  readonly learningRate: OrtTensors;
  /** What this worker's part leaves. */
  readonly own: OrtTensors;
  readonly parts: readonly OrtTensors[];
}

/** The state of training as one worker holds it, and how it moves on. ONNX Runtime takes no shared memory: it works on copies. */
export class Replica {
  readonly #index: number;
  readonly #meeting: Meeting;
  readonly #options: object;
  readonly #plans = new Map<string, Plan>();
  #after: OrtTensors = {};
  #before: OrtTensors = {};

  constructor(index: number, meeting: Meeting, options: object) {
    this.#index = index;
    this.#meeting = meeting;
    this.#options = options;
  }

  load(state: SharedTensors): void {
    this.#after = copyOf(state);
    this.#before = copyOf(state);
  }

  read(which: 'after' | 'before', state: SharedTensors): void {
    copyInto(state, which === 'after' ? this.#after : this.#before);
  }

  async plan(sent: SentPlan): Promise<void> {
    const { part, update, parts, learningRate } = sent;
    const own = { ...copyOf(parts[this.#index] ?? {}), loss: scalar(), correct: scalar() };
    this.#plans.set(sent.key, {
      sent,
      gradients: part && (await this.#session(part.gradients)),
      update: await this.#session(update),
      feeds: part ? copyOf(part.feeds) : {},
      learningRate: copyOf(learningRate),
      own,
      parts: parts.map((shared, i) => (i === this.#index ? own : copyOf(shared))),
    });
  }

  /**
   * @returns undefined when another worker has failed
   * @throws what ONNX Runtime throws; no worker takes a step any more then
   */
  async step(key: string): Promise<{ loss: number; correct: number } | undefined> {
    const plan = this.#plans.get(key)!;
    try {
      await this.#takeGradients(plan);
    } catch (error) {
      this.#meeting.fail();
      this.#meeting.meet();
      throw error;
    }
    if (!this.#meeting.meet()) return undefined;
    await this.#update(plan);
    return { loss: Number(plan.own.loss.data[0]), correct: Number(plan.own.correct.data[0]) };
  }

  async #takeGradients({ sent, gradients, feeds, own }: Plan): Promise<void> {
    if (!gradients || !sent.part) return;
    copyInto(feeds, sent.part.feeds);
    await gradients.run(
      mergeTensors<ort.Tensor>(this.#named(['params', 'buffers']), feeds),
      fetches(sent.part.gradients, own),
    );
    // Alone, nobody else reads them.
    if (sent.workers > 1) copyInto(sent.parts[this.#index], own);
  }

  async #update({ sent, update, learningRate, parts }: Plan): Promise<void> {
    copyInto(learningRate, sent.learningRate);
    const feeds = mergeTensors<ort.Tensor>(this.#named(['params', 'optimizer']), learningRate);
    parts.forEach((part, i) => {
      if (i !== this.#index) copyInto(part, sent.parts[i]);
      for (const name of Object.keys(sent.parts[i])) feeds[`part${i}.${name}`] = part[name];
    });
    await update.run(feeds, fetches(sent.update, this.#before));
    [this.#before, this.#after] = [this.#after, this.#before];
  }

  /** The tensors of the state in these groups. */
  #named(groups: readonly string[]): Record<string, ort.Tensor> {
    return Object.fromEntries(
      Object.entries(this.#after).filter(([name]) => groups.some((group) => name.startsWith(`${group}.`))),
    );
  }

  #session({ model }: SentGraph): Promise<ort.InferenceSession> {
    return ort.InferenceSession.create(model, { logSeverityLevel: 3, ...this.#options });
  }

  async dispose(): Promise<void> {
    for (const { gradients, update } of this.#plans.values()) {
      await gradients?.release();
      await update.release();
    }
  }
}

const tensorOf = ({ dtype, shape }: Omit<SharedTensor, 'data'>, data: SharedTensor['data']) =>
  new ort.Tensor(dtype as 'float32', data as Float32Array, shape) as OrtTensors[string];

/** The same elements in memory of this thread alone. */
const copyOf = (tensors: SharedTensors): OrtTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, tensorOf(x, x.data.slice())]));

const scalar = () => tensorOf({ dtype: 'float32', shape: [] }, new Float32Array(1));

/** The memory of results, by the names of the graph. */
const fetches = ({ outputs }: SentGraph, memory: OrtTensors): OrtTensors =>
  Object.fromEntries(outputs.map(([name, inGraph]) => [inGraph, memory[name]]));

import type { NumberArray } from '@trainyard/autograd';
import { runWithoutCopies } from '@trainyard/autograd/run-without-copies';
import * as ort from 'onnxruntime-node';
import { mergeTensors } from '../merge-tensors.ts';
import type { Barrier } from './barrier.ts';
import { copyInto } from './copy-into.ts';
import { meanInto } from './mean.ts';
import type { SentGraph, SentPlan, SentTogether, SentWhole } from './protocol.ts';
import type { SharedTensor, SharedTensors } from './shared-tensors.ts';

type OrtTensors = Record<string, ort.Tensor & { readonly data: SharedTensor['data'] }>;

/** A graph that is ready to run. */
interface Ready {
  readonly sent: SentGraph;
  readonly session: ort.InferenceSession;
}

interface Whole {
  readonly sent: SentWhole;
  readonly step: Ready;
  readonly feeds: OrtTensors;
  readonly figures: OrtTensors;
}

interface Together {
  readonly sent: SentTogether;
  readonly gradients: Ready | undefined;
  readonly update: Ready | undefined;
  readonly feeds: OrtTensors;
  readonly updateFeeds: OrtTensors;
  /** What this worker's part leaves, then the mean of all parts; and its figures. */
  readonly results: OrtTensors;
  readonly figures: OrtTensors;
}

interface Figures {
  readonly loss: number;
  readonly correct: number;
}

/** The state of training as one worker holds it, and how it moves on. ONNX Runtime takes no shared memory: it works on copies. */
export class Replica {
  readonly #index: number;
  readonly #barrier: Barrier;
  readonly #options: object;
  readonly #plans = new Map<string, Whole | Together>();
  #after: OrtTensors = {};
  #before: OrtTensors = {};

  constructor(index: number, barrier: Barrier, options: object) {
    this.#index = index;
    this.#barrier = barrier;
    this.#options = options;
  }

  load(state: SharedTensors): void {
    this.#after = copyOf(state);
    this.#before = copyOf(state);
  }

  /** Fills in what this worker answers for: the first one for all that no other one moves. */
  read(which: 'after' | 'before', state: SharedTensors): void {
    const [plan] = this.#plans.values();
    const names = this.#index > 0 ? [] : Object.keys(state);
    const mine = plan && 'update' in plan ? divided(names, plan.sent) : names;
    copyInto(only(state, mine), which === 'after' ? this.#after : this.#before);
  }

  async plan(sent: SentPlan): Promise<void> {
    const figures = { loss: scalar(), correct: scalar() };
    if (sent.kind === 'whole') {
      const step = await this.#ready(sent.step);
      this.#plans.set(sent.key, { sent, step, feeds: copyOf(sent.feeds), figures });
      return;
    }
    const { part, parts, updateFeeds } = sent;
    this.#plans.set(sent.key, {
      sent,
      gradients: part && (await this.#ready(part.gradients)),
      update: sent.update && (await this.#ready(sent.update)),
      feeds: part ? copyOf(part.feeds) : {},
      updateFeeds: copyOf(updateFeeds),
      results: copyOf(parts[0].results),
      figures,
    });
  }

  /**
   * @returns undefined when another worker has failed
   * @throws what ONNX Runtime throws; no worker takes a step any more then
   */
  async step(key: string): Promise<Figures | undefined> {
    const plan = this.#plans.get(key)!;
    if ('step' in plan) await this.#takeWhole(plan);
    else if (!(await this.#takeTogether(plan))) return undefined;
    [this.#before, this.#after] = [this.#after, this.#before];
    const { loss, correct } = plan.figures;
    return { loss: Number(loss.data[0]), correct: Number(correct.data[0]) };
  }

  async #takeWhole({ sent, step, feeds, figures }: Whole): Promise<void> {
    copyInto(feeds, sent.feeds);
    await run(step, mergeTensors(this.#after, feeds), mergeTensors(this.#before, figures));
  }

  async #takeTogether(plan: Together): Promise<boolean> {
    try {
      await this.#takeGradients(plan);
      if (!this.#barrier.wait()) return false;
      await this.#update(plan);
      if (!this.#barrier.wait()) return false;
      this.#takeParameters(plan.sent);
      return true;
    } catch (error) {
      this.#barrier.fail();
      throw error;
    }
  }

  async #takeGradients({ sent, gradients, feeds, results, figures }: Together): Promise<void> {
    if (!gradients || !sent.part) return;
    copyInto(feeds, sent.part.feeds);
    const state = mergeTensors(inGroup(this.#after, 'params'), inGroup(this.#after, 'buffers'));
    await run(gradients, mergeTensors(state, feeds), mergeTensors(results, figures));
    copyInto(sent.parts[this.#index].results, results);
  }

  /** Moves this worker's own parameters with the mean of all parts' gradients. */
  async #update({ sent, update, updateFeeds, results }: Together): Promise<void> {
    copyInto(updateFeeds, sent.updateFeeds);
    const shares = sent.parts.map(({ share }) => share);
    const mean = (name: string, target: OrtTensors) => {
      const parts = sent.parts.map((part) => part.results[name].data as NumberArray);
      meanInto(target[name].data as NumberArray, parts, shares);
    };
    const needed = sent.updateInputs.filter((name) => results[name]);
    for (const name of needed) mean(name, results);
    for (const name of Object.keys(inGroup(results, 'buffers'))) mean(name, this.#before);
    const available = mergeTensors(this.#after, results, updateFeeds);
    if (update) await run(update, only(available, sent.updateInputs), this.#before);
    copyInto(only(sent.params, sent.own), this.#before);
  }

  #takeParameters({ params, others }: SentTogether): void {
    copyInto(
      only(
        this.#before,
        others.filter((name) => params[name]),
      ),
      params,
    );
  }

  async #ready(sent: SentGraph): Promise<Ready> {
    const options = { logSeverityLevel: 3 as const, ...this.#options };
    return { sent, session: await ort.InferenceSession.create(sent.bytes, options) };
  }

  async dispose(): Promise<void> {
    for (const plan of this.#plans.values())
      for (const ready of 'step' in plan ? [plan.step] : [plan.gradients, plan.update])
        await ready?.session.release();
  }
}

/** Runs a graph; its results are written to those tensors of `memory` that go by their names. */
async function run({ sent, session }: Ready, feeds: OrtTensors, memory: OrtTensors): Promise<void> {
  const fetches = Object.fromEntries(sent.outputs.map(([name, inGraph]) => [inGraph, memory[name]]));
  if (sent.withoutCopies) await runWithoutCopies(session as never, feeds, fetches);
  else await session.run(feeds, fetches);
}

const tensorOf = ({ dtype, shape }: Omit<SharedTensor, 'data'>, data: SharedTensor['data']) =>
  new ort.Tensor(dtype as 'float32', data as Float32Array, shape) as OrtTensors[string];

/** The same elements in memory of this thread alone. */
const copyOf = (tensors: SharedTensors): OrtTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, tensorOf(x, x.data.slice())]));

const scalar = () => tensorOf({ dtype: 'float32', shape: [] }, new Float32Array(1));

/** What a worker gives of the state: what it owns, and of the rest what no other one does. */
const divided = (names: readonly string[], { own, others }: SentTogether): string[] => {
  const theirs = new Set(others);
  return [...new Set([...names.filter((name) => !theirs.has(name)), ...own])];
};

/** Those of these names that are there. */
const only = <T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(names.flatMap((name) => (record[name] ? [[name, record[name]]] : [])));

const inGroup = (tensors: OrtTensors, group: string): OrtTensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => name.startsWith(`${group}.`)));

import type { Subject } from './subject.ts';

/** Bytes of something that is shipped; compressed as a web server sends it, where it goes over the web. */
export interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly gzip?: number;
  readonly brotli?: number;
}

export interface Latency {
  /** Milliseconds for one picture, a batch of 1. */
  readonly p50: number;
  /** Where single pictures are timed. */
  readonly p95?: number;
  readonly runs: number;
}

/** What a target gave for the pictures of a subject. */
export interface Outcome {
  /** [pictures, classes], each picture run alone, or the first of them where runs are slow. */
  readonly logits: Float32Array;
  /** The same from batches, where the target takes them; not of models whose ranges depend on the batch. */
  readonly batched?: Float32Array;
  /** What really ran it, such as the execution provider. */
  readonly provider?: string;
  readonly latency?: Latency;
  /** What must be shipped for this model. */
  readonly parts: readonly Part[];
  /** Bytes of memory that the program reserves for the model. */
  readonly ram?: number;
}

export interface TargetContext {
  readonly signal: AbortSignal;
  /** A folder of the target's own; removed in the end. */
  readonly scratch: string;
}

/** Thrown by a run that meets a limit of the machine that the runtime states: neither a result nor a failure. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export type RunSubject = (subject: Subject) => Promise<Outcome>;

/** Somewhere a bundle is deployed to. To add one: a file in `targets/`, and a line in its barrel. */
export interface Target {
  readonly name: string;
  /** For a reader of the matrix. */
  readonly title: string;
  /** What it runs on and how, in one line. */
  readonly description: string;
  /** Whether its times mean something: not in an emulator. Targets that are timed run alone. */
  readonly timed: boolean;
  /** What this machine lacks, by name; undefined where the target can run. */
  missing(): string | undefined;
  /** Why it does not take a subject, where that is a limit it states. Anything else that fails is a failure. */
  refuses?(subject: Subject): string | undefined;
  /** What must be shipped beside the model, whichever it is; called after the runs. */
  shipped?(context: TargetContext): Promise<readonly Part[]>;
  /** Logits that its own must equal bit for bit, where there are such for the subject. */
  exact?(subject: Subject): Promise<{ readonly name: string; readonly logits: Float32Array } | undefined>;
  /** Makes ready, hands a function that runs one subject after the other to `use`, and cleans up. */
  open(context: TargetContext, use: (run: RunSubject) => Promise<void>): Promise<void>;
}

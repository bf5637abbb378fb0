import type { Json, JsonObject } from '../json.ts';

export const runStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof runStatuses)[number];

export interface NewRun {
  readonly pipeline: string;
  readonly config: JsonObject;
  /** The digest of the config in its lineage; that of its canonical JSON unless given. */
  readonly configDigest?: string;
  readonly seeds: Json;
  /** Digest of a recorded dataset. */
  readonly dataset?: string;
  readonly commit?: string;
  /** The run whose result this one starts from. */
  readonly parent?: string;
  /** What started it: `manual` unless given, `schedule:nightly`, `sweep`. */
  readonly trigger?: string;
  /** Of two that wait, the higher one goes first; 0 unless given. */
  readonly priority?: number;
  /** Says that this is one run, however often it is created: the slot of a schedule, for one. */
  readonly key?: string;
}

export interface Run {
  readonly id: string;
  readonly key: string | null;
  readonly pipeline: string;
  readonly status: RunStatus;
  readonly config: JsonObject;
  readonly configDigest: string;
  readonly seeds: Json;
  readonly dataset: string | null;
  readonly commit: string | null;
  readonly parent: string | null;
  readonly trigger: string;
  readonly priority: number;
  /** How many workers have had it; the last one's token. */
  readonly token: number;
  readonly worker: string | null;
  readonly machine: JsonObject | null;
  /** Until when its worker is taken for alive, by the database's clock. */
  readonly leaseUntil: Date | null;
  /** Its final figures. */
  readonly metrics: JsonObject | null;
  readonly failure: string | null;
  readonly created: Date;
  readonly started: Date | null;
  readonly finished: Date | null;
}

export interface Claim {
  readonly worker: string;
  readonly machine?: JsonObject;
  /** Seconds without a heartbeat after which another worker may have the run; 60 unless given. */
  readonly lease?: number;
}

export interface RunFilter {
  readonly pipeline?: string;
  readonly status?: RunStatus;
  readonly limit?: number;
}

export interface RunAttempt {
  readonly token: number;
  readonly worker: string;
  readonly machine: JsonObject;
  readonly started: Date;
  readonly ended: Date | null;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'released' | 'lost' | null;
}

export interface MetricPoint {
  readonly name: string;
  readonly step: number;
  /** NaN and infinities too: a training that went wrong shows where. */
  readonly value: number;
}

export interface RunFile {
  readonly name: string;
  readonly digest: string;
  readonly bytes: number;
  readonly created: Date;
}

/** Columns of a run, under their names here. */
export const runColumns = `id, key, pipeline, status, config, config_digest as "configDigest", seeds, dataset, commit, parent,
  trigger, priority, token, worker, machine, lease_until as "leaseUntil", metrics, failure, created, started, finished`;

import { cpus } from 'node:os';
import { RuntimeError } from '@trainyard/runtime-common';
import type { InferenceSession } from 'onnxruntime-node';

/** How ONNX Runtime is set up; all plain data, so that a worker thread can be given it. */
export interface OrtOptions {
  /**
   * Tried in this order; by default `['cpu']`. What a provider can't do, it leaves to the CPU. `wasm` is
   * onnxruntime-web in Node; it also stands in for `cpu` where onnxruntime-node has no binary for the system.
   */
  readonly executionProviders?: readonly string[];
  readonly threads?: ThreadOptions;
  /** Whether memory is kept between runs (arena) and planned ahead (pattern); both by default. */
  readonly memory?: { readonly arena?: boolean; readonly pattern?: boolean };
  readonly graphOptimization?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** Any further entries of ONNX Runtime's session configuration, by their names there. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface ThreadOptions {
  /** Threads within an operator, the caller's among them; by default ONNX Runtime's choice. */
  readonly intraOp?: number;
  /** Operators at once; by default 1. */
  readonly interOp?: number;
  /**
   * The processors, from 0, that each thread within an operator may use. There is one list fewer than `intraOp` says,
   * since the first of those threads is the caller's. For native providers.
   */
  readonly affinity?: readonly (readonly number[])[];
  /**
   * Whether threads stay awake for a while when they have nothing to do, which saves time and costs power; by default
   * they do. For native providers.
   */
  readonly spinning?: boolean;
}

/** Only these of wider options, as plain data. */
export const ortOptionsOf = (options: OrtOptions): OrtOptions => {
  const { executionProviders, threads, memory, graphOptimization, config } = options;
  return Object.fromEntries(
    Object.entries({ executionProviders, threads, memory, graphOptimization, config }).filter(
      ([, value]) => value !== undefined,
    ),
  );
};

/**
 * ONNX Runtime's names of the options.
 * @throws RuntimeError at numbers of threads and processors that can't be: ONNX Runtime takes some of them, and hangs
 */
export function sessionOptions(options: OrtOptions): InferenceSession.SessionOptions {
  const { threads = {}, memory, graphOptimization } = options;
  const { intraOp, interOp } = threads;
  checkThreads('intraOp', intraOp);
  checkThreads('interOp', interOp);
  const config = { ...configOf(threads), ...options.config };
  return {
    graphOptimizationLevel: graphOptimization ?? 'all',
    enableCpuMemArena: memory?.arena ?? true,
    enableMemPattern: memory?.pattern ?? true,
    executionMode: (interOp ?? 1) > 1 ? 'parallel' : 'sequential',
    // Fatal ones only: an error is thrown, and need not be on the terminal as well.
    logSeverityLevel: 4,
    ...(intraOp === undefined ? {} : { intraOpNumThreads: intraOp }),
    ...(interOp === undefined ? {} : { interOpNumThreads: interOp }),
    ...(Object.keys(config).length > 0 ? { extra: nest(config) } : {}),
  };
}

const maxThreads = 1024;

function checkThreads(name: string, count: number | undefined): void {
  if (count !== undefined && (!Number.isSafeInteger(count) || count < 1 || count > maxThreads))
    throw new RuntimeError(
      'loadBundle',
      `a whole number from 1 to ${maxThreads} as threads.${name}`,
      `${count}`,
    );
}

/** The entries of ONNX Runtime's configuration that options of ours stand for. */
function configOf({ intraOp, affinity, spinning }: ThreadOptions): Record<string, string> {
  const config: Record<string, string> = {};
  if (affinity !== undefined) {
    checkAffinity(affinity, intraOp);
    // Processors count from 1 there.
    const lists = affinity.map((processors) => processors.map((processor) => processor + 1).join(','));
    config['session.intra_op_thread_affinities'] = lists.join(';');
  }
  if (spinning !== undefined) config['session.intra_op.allow_spinning'] = spinning ? '1' : '0';
  return config;
}

function checkAffinity(affinity: readonly (readonly number[])[], intraOp: number | undefined): void {
  const where = 'loadBundle, threads.affinity';
  if (intraOp === undefined || affinity.length !== intraOp - 1)
    throw new RuntimeError(
      where,
      'a list of processors for each of threads.intraOp but the first, which is the caller',
      `${affinity.length} with ${intraOp ?? 'no'} intraOp`,
    );
  const { length } = cpus();
  for (const list of affinity)
    if (
      list.length === 0 ||
      !list.every((processor) => Number.isSafeInteger(processor) && processor >= 0 && processor < length)
    )
      throw new RuntimeError(
        where,
        `processors from 0 to ${length - 1}, one at least`,
        `[${list.join(', ')}]`,
      );
}

/** `session.x` as { session: { x } }, the form that onnxruntime-node flattens again. */
function nest(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const parts = key.split('.');
    const last = parts.pop()!;
    let at = root;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return root;
}

import { messageOf, ProviderError } from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';

/** How ONNX Runtime is set up; all plain data, so that a worker thread can be given it. */
export interface OrtOptions {
  /** Tried in this order; by default `['cpu']`. What a provider can't do, it leaves to the CPU. */
  readonly executionProviders?: readonly string[];
  /** Threads within an operator, and operators at once; by default ONNX Runtime's choice. */
  readonly threads?: { readonly intraOp?: number; readonly interOp?: number };
  /** Whether memory is kept between runs (arena) and planned ahead (pattern); both by default. */
  readonly memory?: { readonly arena?: boolean; readonly pattern?: boolean };
  readonly graphOptimization?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** Any further entries of ONNX Runtime's session configuration, by their names there. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface PassedOver {
  readonly provider: string;
  readonly reason: string;
}

export interface CreatedSession {
  readonly session: ort.InferenceSession;
  readonly provider: string;
  readonly passedOver: readonly PassedOver[];
}

/** ONNX Runtime's names of the options. */
export function sessionOptions(options: OrtOptions): ort.InferenceSession.SessionOptions {
  const { threads, memory, graphOptimization, config } = options;
  return {
    graphOptimizationLevel: graphOptimization ?? 'all',
    enableCpuMemArena: memory?.arena ?? true,
    enableMemPattern: memory?.pattern ?? true,
    executionMode: (threads?.interOp ?? 1) > 1 ? 'parallel' : 'sequential',
    logSeverityLevel: 3,
    ...(threads?.intraOp === undefined ? {} : { intraOpNumThreads: threads.intraOp }),
    ...(threads?.interOp === undefined ? {} : { interOpNumThreads: threads.interOp }),
    ...(config ? { extra: nest(config) } : {}),
  };
}

/**
 * A session on the first of the providers that takes the model.
 * @param model given to ONNX Runtime as bytes, so that it reads no other file
 * @throws ProviderError with the reason of each provider when none does
 */
export async function createOrtSession(model: Uint8Array, options: OrtOptions): Promise<CreatedSession> {
  const providers = options.executionProviders ?? ['cpu'];
  const bundled = new Map(ort.listSupportedBackends().map(({ name }) => [name, true]));
  const passedOver: PassedOver[] = [];
  for (const provider of providers) {
    if (!bundled.has(provider)) {
      const here = [...bundled.keys()].join(', ');
      passedOver.push({ provider, reason: `not in this build of onnxruntime-node, which has ${here}` });
      continue;
    }
    try {
      const session = await ort.InferenceSession.create(model, {
        ...sessionOptions(options),
        executionProviders: [provider],
      });
      return { session, provider, passedOver };
    } catch (error) {
      passedOver.push({ provider, reason: messageOf(error) });
    }
  }
  throw new ProviderError(
    'loading the model',
    `one of the providers ${providers.join(', ') || '(none given)'}`,
    passedOver.map(({ provider, reason }) => `${provider}: ${reason}`).join(' | ') || 'nothing to try',
    providers.includes('cpu') ? 'check the model in ONNX Runtime' : 'add cpu to the executionProviders',
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

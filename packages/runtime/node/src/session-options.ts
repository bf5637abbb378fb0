import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
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

/** Only these of wider options, as plain data. */
export const ortOptionsOf = (options: OrtOptions): OrtOptions => {
  const { executionProviders, threads, memory, graphOptimization, config } = options;
  return Object.fromEntries(
    Object.entries({ executionProviders, threads, memory, graphOptimization, config }).filter(
      ([, value]) => value !== undefined,
    ),
  );
};

/** ONNX Runtime's names of the options. */
export function sessionOptions(options: OrtOptions): ort.InferenceSession.SessionOptions {
  const { threads, memory, graphOptimization, config } = options;
  return {
    graphOptimizationLevel: graphOptimization ?? 'all',
    enableCpuMemArena: memory?.arena ?? true,
    enableMemPattern: memory?.pattern ?? true,
    executionMode: (threads?.interOp ?? 1) > 1 ? 'parallel' : 'sequential',
    // Fatal ones only: an error is thrown, and need not be on the terminal as well.
    logSeverityLevel: 4,
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
  const passedOver: PassedOver[] = [];
  for (const provider of providers) {
    const reason = missing(provider);
    if (reason) {
      passedOver.push({ provider, reason });
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

/** Why a provider can't be there, found without ONNX Runtime printing to the terminal. */
function missing(provider: string): string | undefined {
  const backends = ort.listSupportedBackends();
  const backend = backends.find(({ name }) => name === provider);
  const names = backends.map(({ name }) => name).join(', ');
  if (!backend) return `not in this build of onnxruntime-node, which knows ${names}`;
  if (backend.bundled) return undefined;
  const folder = new URL(`../bin/napi-v6/${process.platform}/${process.arch}/`, ortUrl());
  const installed = readdirSync(folder).some((file) => file.includes(`providers_${provider}`));
  return installed
    ? undefined
    : 'its libraries are not installed; ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js adds CUDA and TensorRT';
}

const ortUrl = () => pathToFileURL(createRequire(import.meta.url).resolve('onnxruntime-node'));

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

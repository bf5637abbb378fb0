import {
  failureOf,
  firstProvider,
  type ModelSession,
  type ModelSignature,
  messageOf,
  ortSession,
  RuntimeError,
} from '@trainyard/runtime-common';
import type { OrtBuild } from './ort-files.ts';
import { loadOrt, type OrtEvents, type OrtModule, type OrtOptions } from './ort-module.ts';
import { webGpuBuild, whyNoWebGpu } from './webgpu.ts';
import type { Loaded } from './worker-protocol.ts';

export interface RuntimeOptions extends OrtOptions {
  readonly providers: readonly string[];
  /** Where it is known before the model is. */
  readonly threads: number | undefined;
}

/** ONNX Runtime in this page or worker, which loads while the model does. */
export interface Runtime {
  /** @throws ProviderError with the reason of each provider; BundleError; MemoryError */
  load(model: Uint8Array, signature: ModelSignature, threads: number): Promise<ModelSession & Loaded>;
}

interface Chosen {
  readonly ort: OrtModule;
  /** Why it is not a build with WebGPU, where one was asked for. */
  readonly noGpu?: string | undefined;
}

/** @param threads of WASM, where the number is known before the model is: then WASM is compiled meanwhile */
export function startRuntime(options: RuntimeOptions, events: OrtEvents): Runtime {
  const { threads } = options;
  const order = orderOf(options.providers);
  const chosen = choose(order, options, events);
  if (threads !== undefined) chosen.then(({ ort }) => start(ort, threads)).catch(() => {});
  // Whoever loads a model gets the reason; until then nobody misses it.
  chosen.catch(() => {});
  return {
    async load(model, signature, wanted) {
      const { ort, noGpu } = await chosen;
      await start(ort, wanted);
      const session = await firstProvider(
        { providers: order, fallback: 'wasm' },
        signature,
        async (provider) => {
          if (provider === 'webgpu' && noGpu !== undefined) throw new Error(noGpu);
          return createSession(ort, model, signature, provider);
        },
      );
      return Object.assign(session, { threads: ort.env.wasm.numThreads! });
    },
  };
}

/** What is tried: WASM is the last, asked for or not. */
function orderOf(providers: readonly string[]): string[] {
  for (const provider of providers)
    if (provider !== 'webgpu' && provider !== 'wasm')
      throw new RuntimeError('loadBundle', 'webgpu or wasm as executionProviders', `"${provider}"`);
  return providers[0] === 'webgpu' ? ['webgpu', 'wasm'] : ['wasm'];
}

async function choose(order: readonly string[], options: OrtOptions, events: OrtEvents): Promise<Chosen> {
  if (!order.includes('webgpu')) return { ort: await loadOnce('wasm', options, events) };
  const noGpu = await whyNoWebGpu();
  if (noGpu !== undefined) return { ort: await loadOnce('wasm', options, events), noGpu };
  try {
    return { ort: await loadOnce(webGpuBuild(), options, events) };
  } catch (error) {
    return { ort: await loadOnce('wasm', options, events), noGpu: messageOf(error) };
  }
}

const loading = new Map<string, Promise<OrtModule>>();

/** A build is loaded once in a page, or a worker. */
function loadOnce(build: OrtBuild, options: OrtOptions, events: OrtEvents): Promise<OrtModule> {
  const key = `${build} ${options.ortPath}`;
  const known = loading.get(key);
  if (known) return known;
  const ort = loadOrt(build, options, events);
  loading.set(key, ort);
  ort.catch(() => loading.delete(key));
  return ort;
}

const starting = new WeakMap<OrtModule, Promise<void>>();

/**
 * Compiles ONNX Runtime and starts its threads. It does so for its first session, whatever that is made of: here of
 * bytes that are no model.
 */
function start(ort: OrtModule, threads: number): Promise<void> {
  let promise = starting.get(ort);
  if (!promise) {
    ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
    ort.env.logLevel = 'error';
    promise = ort.InferenceSession.create(new Uint8Array(1), { executionProviders: ['wasm'] }).then(
      () => {},
      (error: unknown) => {
        // It has its copy by now.
        ort.env.wasm.wasmBinary = undefined;
        if (/no available backend/i.test(messageOf(error)))
          throw failureOf('ONNX Runtime', 'WebAssembly to start', error);
      },
    );
    starting.set(ort, promise);
  }
  return promise;
}

/**
 * ONNX Runtime 1.30 prefers channels last, and computes convolutions of 6, 9, 15 and other multiples of 3 channels wrong
 * so (its issue 29651).
 */
const channelsFirst = { name: 'webgpu', preferredLayout: 'NCHW' } as const;

async function createSession(
  ort: OrtModule,
  model: Uint8Array,
  signature: ModelSignature,
  provider: string,
): Promise<ModelSession> {
  let session: Awaited<ReturnType<typeof ort.InferenceSession.create>>;
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: [provider === 'webgpu' ? channelsFirst : provider],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw failureOf('loading the model', 'a session', error);
  }
  try {
    return ortSession(ort, session, signature, provider);
  } catch (error) {
    await session.release();
    throw error;
  }
}

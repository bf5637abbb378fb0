import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import {
  firstProvider,
  type Logger,
  type ModelSession,
  type ModelSignature,
  ortSession,
  type PassedOver,
  ProviderError,
} from '@trainyard/runtime-common';
import { createExactSession } from './exact-session.ts';
import { type FoundNative, findNative, hasWasm, loadWasm, type NativeOrt } from './ort.ts';
import { type OrtOptions, sessionOptions } from './session-options.ts';

export interface CreateOptions extends OrtOptions {
  readonly signal?: AbortSignal | undefined;
  readonly logger?: Logger;
}

/**
 * A session, in this thread, on the first of the providers that takes the model.
 * @param model given to ONNX Runtime as bytes, so that it reads no other file
 * @throws ProviderError with the reason of each provider when none does; MemoryError; BundleError when its input and
 *   output are not those of the signature; RuntimeError at settings that can't be
 */
export async function createSession(
  model: Uint8Array,
  signature: ModelSignature,
  options: CreateOptions,
): Promise<ModelSession & { readonly passedOver: readonly PassedOver[] }> {
  const wanted = options.executionProviders ?? ['cpu'];
  // Settings that can't be are no reason to go on to another provider.
  sessionOptions(options);
  // Not even loaded where nobody asks for it.
  const native = wanted.some((provider) => provider !== 'wasm') ? findNative() : undefined;
  const providers = native?.missing === undefined ? wanted : withStandIn(wanted, native.missing);
  return firstProvider({ providers, fallback: 'cpu', signal: options.signal }, signature, (provider) =>
    provider === 'wasm'
      ? wasmSession(model, signature, options)
      : nativeSession(native!, provider, model, signature, options),
  );
}

/** Where there is no native binary, WASM stands in for the CPU. */
function withStandIn(wanted: readonly string[], missing: string): readonly string[] {
  const standsIn = wanted.includes('cpu') && !wanted.includes('wasm');
  if (standsIn && !hasWasm())
    throw new ProviderError(
      'loading the model',
      'onnxruntime-node, or onnxruntime-web in its place',
      `neither: ${missing}`,
      'npm install onnxruntime-web',
    );
  return standsIn
    ? wanted.flatMap((provider) => (provider === 'cpu' ? ['cpu', 'wasm'] : [provider]))
    : wanted;
}

async function nativeSession(
  { ort, missing }: FoundNative,
  provider: string,
  model: Uint8Array,
  signature: ModelSignature,
  options: CreateOptions,
): Promise<ModelSession> {
  if (ort === undefined)
    throw new Error(provider === 'cpu' ? `${missing}; WASM of onnxruntime-web stands in` : missing);
  const reason = whyNot(ort, provider);
  if (reason) throw new Error(reason);
  const create = { ...sessionOptions(options), executionProviders: [provider] };
  const { session, isExact } = await createExactSession(ort, model, create);
  if (!isExact)
    options.logger?.warn(
      'ONNX Runtime does not take the model with exact sums of integers: on x86 without VNNI they may saturate',
    );
  return ortSession(ort, session, signature, provider);
}

/** The threads of WASM in this thread: they are those of its first session. */
let wasmThreads: number | undefined;

async function wasmSession(
  model: Uint8Array,
  signature: ModelSignature,
  options: CreateOptions,
): Promise<ModelSession> {
  const ort = await loadWasm();
  const { affinity: _, spinning: __, ...threads } = options.threads ?? {};
  const intraOp = threads.intraOp ?? 1;
  if (wasmThreads !== undefined && wasmThreads !== intraOp)
    options.logger?.warn(`WASM runs with ${wasmThreads} threads, as it began, and not with ${intraOp}`);
  wasmThreads ??= intraOp;
  ort.env.wasm.numThreads = wasmThreads;
  const create = { ...sessionOptions({ ...options, threads }), executionProviders: ['wasm'] };
  return ortSession(ort, await ort.InferenceSession.create(model, create), signature, 'wasm');
}

/** Why a provider can't be there, found without ONNX Runtime printing to the terminal. */
function whyNot(ort: NativeOrt, provider: string): string | undefined {
  const backends = ort.listSupportedBackends();
  const backend = backends.find(({ name }) => name === provider);
  const names = backends.map(({ name }) => name).join(', ');
  if (!backend) return `not in this build of onnxruntime-node, which knows ${names}`;
  if (backend.bundled) return undefined;
  const folder = new URL(
    `../bin/napi-v6/${process.platform}/${process.arch}/`,
    pathToFileURL(createRequire(import.meta.url).resolve('onnxruntime-node')),
  );
  const installed = readdirSync(folder).some((file) => file.includes(`providers_${provider}`));
  return installed
    ? undefined
    : 'its libraries are not installed; ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js adds CUDA and TensorRT';
}

import {
  failureOf,
  firstProvider,
  type ModelSession,
  type ModelSignature,
  ortSession,
  ProviderError,
} from '@trainyard/runtime-common';
import type { InferenceSession } from 'onnxruntime-common';
import type { ReactNativeOrt } from './ort.ts';

/** How ONNX Runtime is set up. */
export interface OrtOptions {
  /**
   * Tried in this order: `xnnpack`, `nnapi` (Android), `coreml` (iOS), `qnn` (some builds for Android), `cpu`; by
   * default `['cpu']`. What a provider can't do, it leaves to the CPU.
   */
  readonly executionProviders?: readonly string[];
  /** Threads within an operator; by default ONNX Runtime's choice. */
  readonly threads?: number;
  /** The namespace of `onnxruntime-react-native`, where it is not the installed one. */
  readonly ort?: ReactNativeOrt;
}

/**
 * A session on the first of the providers that takes the model and runs it.
 * @throws what `firstProvider` throws
 */
export async function createSession(
  ort: ReactNativeOrt,
  model: Uint8Array,
  signature: ModelSignature,
  {
    executionProviders = ['cpu'],
    threads,
    signal,
  }: OrtOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ModelSession> {
  const known = ort.listSupportedBackends?.().map(({ name }) => name);
  return firstProvider(
    { providers: executionProviders, fallback: 'cpu', signal },
    signature,
    async (provider) => {
      if (known && !known.includes(provider))
        throw new ProviderError(provider, 'a provider of this build', 'none', `it has ${known.join(', ')}`);
      const options: InferenceSession.SessionOptions = {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      };
      const created = await ort.InferenceSession.create(modelArgument(ort, model, options), options).catch(
        (cause: unknown) => {
          throw failureOf(`loading on ${provider}`, 'a session', cause);
        },
      );
      try {
        return withWholeBuffers(ortSession(ort, created, signature, provider));
      } catch (error) {
        await created.release();
        throw error;
      }
    },
  );
}

/** `bytes` in a buffer that holds nothing else. */
const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);

/**
 * The native half reads tensors from the start of their buffer, wherever the view on it begins (TensorUtils.cpp of
 * 1.24.3: `buffer.data(runtime)`), so pixels that are a part of a longer buffer are copied.
 */
const withWholeBuffers = (session: ModelSession): ModelSession => ({
  ...session,
  run: (pixels, batch, options) => session.run(alone(pixels), batch, options),
});

/**
 * Up to 1.24.3 the JavaScript half calls loadModel(buffer, byteOffset, byteLength, options), and the native half
 * takes (buffer, options): it loads the whole buffer, and without options, so on the CPU whatever provider was asked
 * for. Here `byteOffset` is the options, and the buffer is the model's alone.
 */
function modelArgument(
  { env }: ReactNativeOrt,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Uint8Array {
  const bytes = alone(model);
  if (!optionsAreLost(env?.versions?.['react-native'])) return bytes;
  return Object.defineProperty(new Uint8Array(bytes.buffer), 'byteOffset', { value: options });
}

function optionsAreLost(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return version !== undefined && (major < 1 || (major === 1 && minor <= 24));
}

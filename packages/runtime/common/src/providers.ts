import { throwIfAborted } from './abort.ts';
import { BundleError, MemoryError, messageOf, ProviderError } from './errors.ts';
import type { ModelSession, ModelSignature } from './session.ts';

/** An execution provider that was asked for and not taken. */
export interface PassedOver {
  readonly provider: string;
  readonly reason: string;
}

export interface ProviderWish {
  /** Tried in this order. */
  readonly providers: readonly string[];
  /** The one that every platform of the kind has, such as `cpu`, for the remedy. */
  readonly fallback: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A session on the first of the providers that takes the model. One that others stand behind runs an empty picture
 * first, for some take a model and fail when it runs.
 * @param create a session on the provider; what it throws is the reason to go on to the next
 * @throws ProviderError with the reason of each provider when none does; MemoryError when the last had no memory;
 *   BundleError when the model is not what the manifest says, whichever provider found it out; the signal's reason
 */
export async function firstProvider(
  { providers, fallback, signal }: ProviderWish,
  { input }: Pick<ModelSignature, 'input'>,
  create: (provider: string) => Promise<ModelSession>,
): Promise<ModelSession & { readonly passedOver: readonly PassedOver[] }> {
  const passedOver: PassedOver[] = [];
  let cause: unknown;
  for (const [i, provider] of providers.entries()) {
    throwIfAborted(signal);
    try {
      const session = await create(provider);
      if (i < providers.length - 1)
        await tryOut(session, new Uint8Array(input.height * input.width * input.channels));
      return Object.assign(session, { passedOver });
    } catch (error) {
      if (error instanceof BundleError) throw error;
      cause = error;
      passedOver.push({ provider, reason: messageOf(error) });
    }
  }
  const noMemory = isOutOfMemory(cause);
  const Failure = noMemory ? MemoryError : ProviderError;
  throw new Failure(
    'loading the model',
    `one of the providers ${providers.join(', ') || '(none given)'}`,
    passedOver.map(({ provider, reason }) => `${provider}: ${reason}`).join(' | ') || 'nothing to try',
    noMemory
      ? 'take a smaller variant'
      : providers.includes(fallback)
        ? 'check the model in ONNX Runtime'
        : `add ${fallback} to the executionProviders`,
    { cause },
  );
}

async function tryOut(session: ModelSession, picture: Uint8Array): Promise<void> {
  try {
    await session.run(picture, 1);
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

// What ONNX Runtime, its WASM build and engines say where memory can't be had.
const memoryRanOut =
  /failed to allocate|bad_?alloc|out of memory|could not allocate|cannot enlarge memory|array buffer allocation|shape is too large|Aborted\(OOM\)/i;

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof MemoryError || memoryRanOut.test(messageOf(error));

/** What ONNX Runtime threw as an error of ours, its message in one line: MemoryError where memory ran out. */
export function failureOf(where: string, expected: string, cause: unknown): ProviderError | MemoryError {
  if (cause instanceof ProviderError || cause instanceof MemoryError) return cause;
  const message = messageOf(cause);
  return isOutOfMemory(cause)
    ? new MemoryError(where, expected, message, 'take a smaller variant, or smaller batches', { cause })
    : new ProviderError(where, expected, message, undefined, { cause });
}

import { throwIfAborted } from './abort.ts';
import { readLatencies } from './benchmark.ts';
import { type OpenOptions, openBundle } from './bundle.ts';
import { chooseVariant, type VariantWish } from './choose-variant.ts';
import { type Classifier, type ClassifierOptions, createClassifier, type Decode } from './classifier.ts';
import { silentLogger } from './logger.ts';
import type { Platform } from './manifest.ts';
import { type SessionFactory, signatureOf } from './session.ts';
import type { BundleSource } from './source.ts';

/** The options of `loadBundle` that are the same on every platform. */
export interface LoadOptions extends OpenOptions, ClassifierOptions, Omit<VariantWish, 'platform'> {}

export interface PlatformParts<Picture, Options> {
  readonly platform: Platform;
  readonly createSession: SessionFactory<Options>;
  readonly decode: Decode<Picture>;
}

/**
 * Opens a bundle, chooses a variant, checks its bytes and loads it: what a platform's `loadBundle` is made of.
 * @throws BundleError, VariantError, the signal's reason, and what the platform's session factory throws
 */
export async function loadClassifier<Picture, Options extends LoadOptions>(
  source: BundleSource,
  options: Options,
  { platform, createSession, decode }: PlatformParts<Picture, Options>,
): Promise<Classifier<Picture>> {
  const logger = options.logger ?? silentLogger;
  const bundle = await openBundle(source, options);
  const latencies = options.prefer === 'speed' ? await readLatencies(source, logger) : undefined;
  const { variant, reason } = chooseVariant(bundle.manifest, { ...options, platform }, latencies);
  logger.info(`${bundle.manifest.name}: variant ${variant.name}, ${reason}`);
  const model = await bundle.readVariant(variant);
  const session = await createSession(model, signatureOf(bundle.manifest), options, variant);
  try {
    throwIfAborted(options.signal);
    for (const { provider, reason } of session.passedOver ?? [])
      logger.warn(`execution provider ${provider}: ${reason}`);
    return createClassifier({ bundle, variant, session, decode }, options);
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

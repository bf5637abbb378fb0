import { fileURLToPath } from 'node:url';
import {
  type BundleSource,
  type Classifier,
  type LoadOptions,
  loadClassifier,
  type ModelSession,
  type ModelSignature,
  openBundle,
  ortSession,
  packedSource,
  RuntimeError,
  signatureOf,
  silentLogger,
} from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';
import { type DecodeOptions, decodePicture, type Picture } from './decode.ts';
import { measureUsage, type Usage } from './environment.ts';
import { folderSource } from './folder-source.ts';
import { Pool } from './pool.ts';
import { type OperatorTime, profileModel } from './profile.ts';
import { createOrtSession, type OrtOptions, ortOptionsOf, type PassedOver } from './session-options.ts';
import { WorkerSession } from './worker-session.ts';

export interface NodeOptions extends LoadOptions, OrtOptions, DecodeOptions {
  /**
   * Runs the model in a worker thread, or in as many as the number says, so that the event loop stays free.
   * Without it a run blocks the event loop for as long as it takes.
   */
  readonly worker?: boolean | number;
}

/** The bundle's folder, a packed bundle's bytes (`packBundle`), or any source. */
export type BundlePlace = string | URL | Uint8Array | BundleSource;

export interface NodeClassifier extends Classifier<Picture> {
  /** Time by operator, the slowest first; in a session made for this, which blocks the event loop. */
  profile(batch?: number, runs?: number): Promise<OperatorTime[]>;
  /** Memory and processor time of the process since the bundle began to load. */
  usage(): Usage;
}

/**
 * Loads a variant of a bundle into ONNX Runtime.
 * @throws BundleError when a byte is not as released; VariantError; ProviderError; WorkerError
 */
export async function loadBundle(place: BundlePlace, options: NodeOptions = {}): Promise<NodeClassifier> {
  const measure = measureUsage();
  const source = await sourceOf(place);
  const classifier = await loadClassifier(source, options, {
    platform: 'node',
    createSession,
    decode: (picture: Picture) => decodePicture(picture, options),
  });
  const { manifest, variant, digest, provider } = classifier;
  return {
    ...classifier,
    usage: measure.loaded(),
    async profile(batch = 1, runs = 20) {
      const bundle = await openBundle(source, { ...options, expectedDigest: digest });
      const model = await bundle.readVariant(variant);
      return profileModel(model, signatureOf(manifest), provider, options, batch, runs);
    },
  };
}

async function sourceOf(place: BundlePlace): Promise<BundleSource> {
  if (place instanceof Uint8Array) return packedSource(place);
  if (place instanceof URL) return folderSource(fileURLToPath(place));
  return typeof place === 'string' ? folderSource(place) : place;
}

async function createSession(
  model: Uint8Array,
  signature: ModelSignature,
  options: NodeOptions,
): Promise<ModelSession> {
  const { worker = false, logger = silentLogger } = options;
  const count = Number(worker);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RuntimeError('loadBundle', 'true, false or a number of threads as `worker`', String(worker));
  const start = { model, signature, options: ortOptionsOf(options) };
  const session = await (count === 0
    ? directSession(model, signature, options)
    : count === 1
      ? WorkerSession.start(start)
      : Pool.start(start, count));
  for (const { provider, reason } of session.passedOver)
    logger.warn(`execution provider ${provider}: ${reason}`);
  logger.info(`execution provider ${session.provider}${count ? `, worker threads: ${count}` : ''}`);
  return session;
}

async function directSession(
  model: Uint8Array,
  signature: ModelSignature,
  options: OrtOptions,
): Promise<ModelSession & { readonly passedOver: readonly PassedOver[] }> {
  const { session, provider, passedOver } = await createOrtSession(model, options);
  return { ...ortSession(ort, session, signature, provider), passedOver };
}

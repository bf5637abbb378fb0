import { fileURLToPath } from 'node:url';
import {
  type BundleSource,
  type Classifier,
  type LoadOptions,
  loadClassifier,
  type Manifest,
  type ModelSession,
  type ModelSignature,
  openBundle,
  ortSession,
  packedSource,
  type RawPicture,
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
import type { SentPicture } from './worker-protocol.ts';
import { WorkerSession } from './worker-session.ts';

export interface NodeOptions extends LoadOptions, OrtOptions, DecodeOptions {
  /**
   * Runs the model in a worker thread, or in as many as the number says, so that the event loop stays free; files
   * and large pictures are decoded and resized there too. Without it a run blocks the event loop until it ends.
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
  let threads: WorkerSession | Pool | undefined;
  const classifier: Classifier<Picture> = await loadClassifier(source, options, {
    platform: 'node',
    async createSession(model: Uint8Array, signature: ModelSignature) {
      const session = await createSession(model, signature, options);
      if (session instanceof WorkerSession || session instanceof Pool) threads = session;
      return session;
    },
    decode: (picture: Picture) =>
      threads && isHeavy(picture)
        ? prepareIn(threads, picture, options, classifier.manifest.input)
        : decodePicture(picture, options),
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

// Copying the pixels to a thread costs less than resizing them here from about this size.
const heavyBytes = 2 ** 18;

/** Whether decoding or resizing it would keep the event loop from its work. */
const isHeavy = (picture: Picture): boolean =>
  typeof picture === 'string' ||
  picture instanceof URL ||
  picture instanceof Uint8Array ||
  picture?.data?.length > heavyBytes;

async function prepareIn(
  threads: WorkerSession | Pool,
  picture: Picture,
  { maxPixels }: DecodeOptions,
  { width, height, channels }: Manifest['input'],
): Promise<RawPicture> {
  const sent = plain(picture);
  const data = await threads.prepare(sent, maxPixels === undefined ? {} : { maxPixels });
  return { data, width, height, channels };
}

/** Without anything a message between threads can't hold. */
function plain(picture: Picture): SentPicture {
  if (picture instanceof URL) return fileURLToPath(picture);
  if (typeof picture === 'string' || picture instanceof Uint8Array) return picture;
  const { data, width, height, channels, name } = picture;
  return name === undefined ? { data, width, height, channels } : { data, width, height, channels, name };
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

import { fileURLToPath } from 'node:url';
import {
  BundleError,
  type BundleSource,
  type Classifier,
  type DecodeContext,
  type LoadOptions,
  loadClassifier,
  type ModelSession,
  type OpenOptions,
  openBundle,
  packedSource,
  type RawPicture,
  RuntimeError,
  signatureOf,
  silentLogger,
  type Variant,
} from '@trainyard/runtime-common';
import { createSession } from './create-session.ts';
import { type DecodeOptions, decodePicture, type Picture } from './decode.ts';
import { measureUsage, type Usage } from './environment.ts';
import { folderSource } from './folder-source.ts';
import { type OperatorTime, profileModel } from './profile.ts';
import { type OrtOptions, ortOptionsOf } from './session-options.ts';
import { ThreadPool } from './thread-pool.ts';
import type { SentPicture } from './worker-protocol.ts';

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
  let pool: ThreadPool | undefined;
  const classifier: Classifier<Picture> = await loadClassifier(source, options, {
    platform: 'node',
    async createSession(model, signature, _, variant) {
      const count = threadsOf(options.worker);
      const { logger = silentLogger } = options;
      if (count > 0)
        pool = await ThreadPool.start({ model, signature, options: ortOptionsOf(options) }, count, {
          signal: options.signal,
          logger,
          reload: () => rereadModel(source, variant, options),
        });
      const session: ModelSession = pool ?? (await createSession(model, signature, options));
      logger.info(`execution provider ${session.provider}${count ? `, worker threads: ${count}` : ''}`);
      return session;
    },
    decode: (picture: Picture, context) =>
      pool && isHeavy(picture) ? prepareIn(pool, picture, options, context) : decodePicture(picture, options),
  });
  const { manifest, variant, provider } = classifier;
  return {
    ...classifier,
    usage: measure.loaded(),
    async profile(batch = 1, runs = 20) {
      const model = await rereadModel(source, variant, options);
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
  pool: ThreadPool,
  picture: Picture,
  { maxPixels }: DecodeOptions,
  { input: { width, height, channels }, signal }: DecodeContext,
): Promise<RawPicture> {
  const sent = plain(picture);
  const data = await pool.prepare(sent, maxPixels === undefined ? {} : { maxPixels }, signal);
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

/** The model of a variant that was loaded before. @throws BundleError when the bundle is another by now */
async function rereadModel(source: BundleSource, { name, digest }: Variant, { sha256 }: OpenOptions) {
  const bundle = await openBundle(source, sha256 ? { sha256 } : {});
  const variant = bundle.manifest.variants.find((one) => one.digest === digest);
  if (!variant)
    throw new BundleError(
      source.name,
      `variant ${name} as it was loaded`,
      'another',
      'load the bundle again',
    );
  return bundle.readVariant(variant);
}

const maxWorkers = 256;

function threadsOf(worker: boolean | number = false): number {
  const count = Number(worker);
  if (!Number.isSafeInteger(count) || count < 0 || count > maxWorkers)
    throw new RuntimeError(
      'loadBundle',
      `true, false or a number of threads up to ${maxWorkers} as \`worker\``,
      String(worker),
    );
  return count;
}

import { fileURLToPath } from 'node:url';
import {
  type BundleSource,
  type Classifier,
  type LoadOptions,
  loadClassifier,
  type ModelSession,
  type ModelSignature,
  ortSession,
  packedSource,
  silentLogger,
} from '@trainyard/runtime-common';
import * as ort from 'onnxruntime-node';
import { type DecodeOptions, decodePicture, type Picture } from './decode.ts';
import { folderSource } from './folder-source.ts';
import { createOrtSession, type OrtOptions } from './session-options.ts';

export interface NodeOptions extends LoadOptions, OrtOptions, DecodeOptions {}

/** The bundle's folder, a packed bundle's bytes (`packBundle`), or any source. */
export type BundlePlace = string | URL | Uint8Array | BundleSource;

/**
 * Loads a variant of a bundle into ONNX Runtime.
 * @throws BundleError when a byte is not as released; VariantError; ProviderError
 */
export async function loadBundle(place: BundlePlace, options: NodeOptions = {}): Promise<Classifier<Picture>> {
  return loadClassifier(await sourceOf(place), options, {
    platform: 'node',
    createSession: directSession,
    decode: (picture: Picture) => decodePicture(picture, options),
  });
}

async function sourceOf(place: BundlePlace): Promise<BundleSource> {
  if (place instanceof Uint8Array) return packedSource(place);
  if (place instanceof URL) return folderSource(fileURLToPath(place));
  return typeof place === 'string' ? folderSource(place) : place;
}

async function directSession(
  model: Uint8Array,
  signature: ModelSignature,
  options: NodeOptions,
): Promise<ModelSession> {
  const { session, provider, passedOver } = await createOrtSession(model, options);
  const logger = options.logger ?? silentLogger;
  for (const { provider: name, reason } of passedOver) logger.warn(`execution provider ${name}: ${reason}`);
  logger.info(`execution provider ${provider}`);
  return ortSession(ort, session, signature, provider);
}

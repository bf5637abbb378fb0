import { type Classifier, type LoadOptions, loadClassifier } from '@trainyard/runtime-common';
import { type DecodeOptions, decodePicture, type Picture } from './decode.ts';
import { installedOrt } from './installed-ort.ts';
import { type BundlePlace, sourceOf } from './place.ts';
import type { ReadFile } from './read-uri.ts';
import { createSession, type OrtOptions } from './session.ts';
import { sha256 } from './sha256.ts';

export interface ReactNativeOptions extends LoadOptions, OrtOptions, DecodeOptions {
  /**
   * Reads the bytes behind a URI, of the bundle and of pictures, in place of `fetch`; with expo-file-system:
   * `(uri) => new File(uri).bytes()`.
   */
  readonly readFile?: ReadFile;
}

/**
 * Loads a variant of a bundle into ONNX Runtime.
 * @throws BundleError when a byte is not as released; VariantError; ProviderError, also where the app was built
 *   without ONNX Runtime; MemoryError; the signal's reason
 */
export async function loadBundle(
  place: BundlePlace,
  options: ReactNativeOptions = {},
): Promise<Classifier<Picture>> {
  const ort = options.ort ?? installedOrt();
  const source = await sourceOf(place, options);
  return loadClassifier<Picture, ReactNativeOptions>(
    source,
    { ...options, sha256: options.sha256 ?? sha256 },
    {
      platform: 'react-native',
      createSession: (model, signature) => createSession(ort, model, signature, options),
      decode: (picture, { signal }) => decodePicture(picture, { ...options, signal }),
    },
  );
}

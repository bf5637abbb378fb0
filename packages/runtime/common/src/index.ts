export { abortReason, throwIfAborted } from './abort.ts';
export { type Benchmark, benchmarkFile, type Latencies, readLatencies } from './benchmark.ts';
export {
  type Bundle,
  checksumFile,
  checksumLine,
  type LoadProgress,
  manifestFile,
  type OpenOptions,
  openBundle,
} from './bundle.ts';
export { chooseVariant, type Preference, type VariantChoice, type VariantWish } from './choose-variant.ts';
export {
  type Classifier,
  type ClassifierOptions,
  type ClassifierParts,
  type ClassifyOptions,
  createClassifier,
  type Decode,
  type DecodeContext,
  type RunEvent,
} from './classifier.ts';
export { digestOf, digestPattern, type Sha256, webCryptoSha256 } from './digest.ts';
export {
  BundleError,
  DisposedError,
  type ErrorData,
  errorFromData,
  errorToData,
  MemoryError,
  messageOf,
  PictureError,
  ProviderError,
  RuntimeError,
  VariantError,
  WorkerError,
} from './errors.ts';
export { exactIntegers } from './exact-integers.ts';
export { type LatencyFigures, LatencyHistogram } from './latency.ts';
export { type LoadOptions, loadClassifier, type PlatformParts } from './load.ts';
export { type Logger, silentLogger } from './logger.ts';
export {
  type Manifest,
  manifestSchema,
  namePattern,
  type Platform,
  type Precision,
  platforms,
  type Variant,
} from './manifest.ts';
export { packBundle, packedSource, unpackBundle } from './packed.ts';
export { parseManifest } from './parse-manifest.ts';
export { checkPicture, type InputSignature, type RawPicture } from './picture.ts';
export { failureOf, firstProvider, type PassedOver, type ProviderWish } from './providers.ts';
export {
  type ModelSession,
  type ModelSignature,
  type Ort,
  ortSession,
  type RunOptions,
  type SessionFactory,
  signatureOf,
} from './session.ts';
export { type Classification, rank, softmax } from './softmax.ts';
export { type BundleSource, isPlainFileName, memorySource, missingFile, type ReadOptions } from './source.ts';
export { toInput } from './to-input.ts';

export { type DecodeOptions, decodePicture, type Picture, type PictureFile } from './decode.ts';
export { loadBundle, type ReactNativeOptions } from './load-bundle.ts';
export type { ReactNativeOrt } from './ort.ts';
export type { AssetLike, BundlePlace } from './place.ts';
export type { ReadFile } from './read-uri.ts';
export type { OrtOptions } from './session.ts';

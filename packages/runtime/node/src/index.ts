export { type DecodeOptions, decodePicture, type Picture } from './decode.ts';
export { type Environment, environment, type Usage } from './environment.ts';
export { folderSource } from './folder-source.ts';
export { type BundlePlace, loadBundle, type NodeClassifier, type NodeOptions } from './load-bundle.ts';
export type { OperatorTime } from './profile.ts';
export type { OrtOptions, ThreadOptions } from './session-options.ts';

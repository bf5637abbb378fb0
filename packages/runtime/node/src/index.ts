export { type DecodeOptions, decodePicture, type Picture } from './decode.ts';
export { folderSource } from './folder-source.ts';
export { type BundlePlace, loadBundle, type NodeOptions } from './load-bundle.ts';
export { createOrtSession, type CreatedSession, type OrtOptions, type PassedOver } from './session-options.ts';

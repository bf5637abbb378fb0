export type { FileIndex, IndexedFile } from '../file-index.ts';
export type { CompressOptions } from './compressed.ts';
export { type Published, publishBundle, publishRuntime, type RuntimeFilesOptions } from './publish.ts';

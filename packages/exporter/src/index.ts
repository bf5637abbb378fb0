export { recoverFolder, writeFilesAtomic } from '@trainyard/trainer/files';
export {
  type BundleContents,
  type BundleVariant,
  digestOfBytes,
  type WrittenBundle,
  writeBundle,
} from './bundle/write-bundle.ts';
export * from './portable.ts';

export {
  type FileInfo,
  type FileSystem,
  nodeFileSystem,
  type OpenFile,
  syncFolder,
  writeWhole,
} from './file-system.ts';
export { removeLeftovers, type WriteOptions, writeFileAtomic, writeFilesAtomic } from './safe-file.ts';
export { recoverFolder, replaceFolder } from './safe-folder.ts';

export {
  removeLeftovers,
  syncFolder,
  type WriteOptions,
  writeFileAtomic,
  writeFilesAtomic,
} from './safe-file.ts';
export { recoverFolder, replaceFolder } from './safe-folder.ts';

/** Model files on disk, for Node. Apart from the rest of the package, which runs in browsers too. */
export { loadModelFile } from './files/load.ts';
export { saveModelFile } from './files/save.ts';

export { DatasetError } from './errors.ts';
export { datasetDigest } from './image-dataset.ts';
export { type DatasetName, datasetNames, type LoadDatasetOptions, loadDataset } from './load-dataset.ts';
export * from './loaders.ts';

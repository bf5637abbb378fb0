import { join, resolve } from 'node:path';

/** Where pipelines are: commands run in the root of the workspace. */
export const pipelineFolder = (pipeline: string): string => resolve('pipelines', pipeline);

/** Holds the folders that jobs work in. */
export const workFolder = (): string => join(resolve('.trainyard'), 'work');

/** Holds the embedded store and, unless they are elsewhere, the artifacts. */
export const storeFolder = (): string => join(resolve('.trainyard'), 'store');

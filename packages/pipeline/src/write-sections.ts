import { resolve } from 'node:path';
import { type Parent, type Pipeline, parsePipeline, type StageName, sectionsOf } from './config.ts';
import { fingerprint } from './fingerprint.ts';
import { json, type PipelineFolder } from './folder.ts';

/**
 * Gives each stage its section of the config, after repairing what a killed command left.
 * @param pipeline as `loadPipeline` gives it, or as a run has recorded that
 * @param parent what is retrained; none for a first training, and for the stages of a release
 */
export async function writeSections(
  folder: PipelineFolder,
  pipeline: Pipeline,
  parent?: Parent,
): Promise<void> {
  // A record of a config may be in another order, and of a release that knew fewer settings.
  const sections = sectionsOf(parsePipeline(`${pipeline.name}, the config`, pipeline), parent);
  const { dataset } = sections.data;
  const pictures = typeof dataset.folder === 'string' ? resolve(folder.root, dataset.folder) : undefined;
  const data = pictures
    ? { ...sections.data, dataset: { ...dataset, folder: pictures }, files: await fingerprint(pictures) }
    : sections.data;
  await folder.recover(Object.keys(sections) as StageName[]);
  const files = Object.entries({ ...sections, data }).map(([stage, section]) => [
    `${stage}.json`,
    json(section),
  ]);
  await folder.replace('config', Object.fromEntries(files));
}

import { resolve } from 'node:path';
import { type StageName, sectionsOf } from '../config.ts';
import { fingerprint } from '../fingerprint.ts';
import { json } from '../folder.ts';
import type { Stage } from '../stage.ts';

const config: Stage = async ({ folder, loadPipeline }) => {
  const sections = sectionsOf(await loadPipeline());
  const { dataset } = sections.data;
  const pictures = typeof dataset.folder === 'string' ? resolve(folder.root, dataset.folder) : undefined;
  const data = pictures
    ? { dataset: { ...dataset, folder: pictures }, files: await fingerprint(pictures) }
    : sections.data;
  await folder.recover(Object.keys(sections) as StageName[]);
  const files = Object.entries({ ...sections, data }).map(([stage, section]) => [
    `${stage}.json`,
    json(section),
  ]);
  await folder.replace('config', Object.fromEntries(files));
};

export default config;

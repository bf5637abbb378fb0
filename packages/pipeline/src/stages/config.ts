import { resolve } from 'node:path';
import { sectionsOf } from '../config.ts';
import { fingerprint } from '../fingerprint.ts';
import type { Stage } from '../stage.ts';

const config: Stage = async ({ folder, loadPipeline }) => {
  const sections = sectionsOf(await loadPipeline());
  const { dataset } = sections.data;
  const pictures = typeof dataset.folder === 'string' ? resolve(folder.root, dataset.folder) : undefined;
  const data = pictures
    ? { dataset: { ...dataset, folder: pictures }, files: await fingerprint(pictures) }
    : sections.data;
  await folder.clear('config');
  for (const [stage, section] of Object.entries({ ...sections, data }))
    await folder.writeJson('config', `${stage}.json`, section);
};

export default config;

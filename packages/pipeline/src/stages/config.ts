import type { Stage } from '../stage.ts';
import { writeSections } from '../write-sections.ts';

const config: Stage = async ({ folder, loadPipeline }) => writeSections(folder, await loadPipeline());

export default config;

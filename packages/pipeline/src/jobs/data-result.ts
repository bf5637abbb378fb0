import type { JsonObject } from '@trainyard/registry';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import type { PipelineFolder } from '../folder.ts';
import { datasetName, statisticsOf } from '../retrain/index.ts';
import { asJson } from './run-config.ts';

/** What the registry records of the pictures of a run. */
export async function dataResult(folder: PipelineFolder): Promise<JsonObject> {
  const info = await readDatasetInfo(folder);
  const statistics = statisticsOf(await readSplit(folder, 'train'), info);
  const { digest, name, train, test } = info;
  return asJson({ dataset: { digest, name: datasetName(name), train, test, statistics } });
}

import type { JsonObject } from '@trainyard/registry';
import { digestOf } from '../config.ts';
import type { PipelineFolder } from '../folder.ts';

/** The identity of the bundle that a run made: the digest of its manifest. */
export async function packageResult(folder: PipelineFolder): Promise<JsonObject> {
  return { bundle: digestOf(await folder.read('package', 'manifest.json')) };
}

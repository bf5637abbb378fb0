import type { NewRun, Registry } from '@trainyard/registry';
import { digestOf, type Pipeline, sectionsOf } from '../config.ts';
import { networkSource } from '../network-source.ts';
import type { StartMode } from '../retrain/index.ts';
import { championOf } from './champion-files.ts';
import { asJson, type TrainingConfig } from './run-config.ts';

export interface Training {
  /** The name of the pipeline's folder. */
  readonly project: string;
  readonly pipeline: Pipeline;
  /** Digest of the network's code: `codeOf`. */
  readonly code: string;
  /** What the run is recorded with: `currentCommit`. */
  readonly commit?: string | null;
  /** As the config says, unless given. */
  readonly start?: StartMode;
}

/** Digest of the code that a pipeline's network may be built from. */
export const codeOf = async (root: string): Promise<string> =>
  digestOf(JSON.stringify(await networkSource(root)));

/** A run that retrains a pipeline, from its champion where the config wants something of it. */
export async function newTraining(
  registry: Pick<Registry, 'aliases'>,
  { project, pipeline, code, commit, start = pipeline.retrain.start }: Training,
): Promise<NewRun> {
  const wantsParent = start === 'warm' || pipeline.retrain.data.keep !== 'current';
  const champion = wantsParent ? await championOf(registry, project) : undefined;
  const parent = champion && { run: champion.run, version: champion.version, bundle: champion.bundle };
  const config: TrainingConfig = { pipeline, code, start, parent: parent ?? null };
  return {
    pipeline: project,
    config: asJson(config),
    configDigest: sectionsOf(pipeline).package.configDigest,
    seeds: pipeline.seed,
    ...(commit && { commit }),
    ...(parent && { parent: parent.run }),
  };
}

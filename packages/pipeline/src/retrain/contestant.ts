import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Benchmark,
  benchmarkFile,
  chooseVariant,
  type Manifest,
  openBundle,
  type Platform,
  type Variant,
  VariantError,
} from '@trainyard/runtime-common';
import { folderSource } from '@trainyard/runtime-node';
import { predict } from './predict.ts';
import type { PromoteSettings } from './settings.ts';

/** A bundle in a contest: which variant each target would run, and what that says of pictures. */
export interface Contestant {
  readonly manifest: Manifest;
  /** What was measured as it was made; undefined where nothing was. */
  readonly benchmark: Benchmark | undefined;
  /** What a target would choose. @throws VariantError when no variant is for it */
  variantFor(target: Platform): Variant;
  /** The number of the class of each picture, in the manifest's labels, by a variant in ONNX Runtime for Node. */
  predict(variant: Variant, images: Uint8Array, signal?: AbortSignal): Promise<Int32Array>;
}

/**
 * Opens a bundle for a contest.
 * @param prefer what targets prefer as they load it
 * @throws BundleError when it is damaged
 */
export async function openContestant(
  folder: string,
  prefer: PromoteSettings['prefer'] = {},
): Promise<Contestant> {
  const { manifest } = await openBundle(await folderSource(folder));
  const benchmark = await readBenchmark(folder);
  return {
    manifest,
    benchmark,
    variantFor: (platform) =>
      chooseVariant(manifest, { platform, prefer: prefer[platform] }, benchmark?.latencyMs).variant,
    predict: (variant, images, signal) => predict(folder, variant.name, images, signal),
  };
}

async function readBenchmark(folder: string): Promise<Benchmark | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, benchmarkFile), 'utf8')) as Benchmark;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Targets that would find no variant for them, each with the reason. */
export const unserved = (contestant: Contestant, targets: readonly Platform[]): string[] =>
  targets.flatMap((target) => {
    try {
      contestant.variantFor(target);
      return [];
    } catch (error) {
      if (!(error instanceof VariantError)) throw error;
      return [`${target} would find no variant in the bundle: ${error.message}`];
    }
  });

import { folderOf, stages } from '../../nx/stages.mjs';
import type { StageName } from '../config.ts';

/** Stages of the pipeline that one stage of a flow runs, one after the other. */
export const parts = {
  data: ['data'],
  train: ['train'],
  evaluate: ['evaluate'],
  compress: ['export', 'optimize', 'prune', 'quantize'],
  verify: ['verify'],
  package: ['benchmark', 'package'],
} as const satisfies Record<string, readonly StageName[]>;

export type FlowPart = keyof typeof parts;

const resultsOf = (stage: StageName | 'config'): string => folderOf(stage).replace(/^\.trainyard\//, '');

/** Folders, in a run's work folder, that hold the results of a stage of a flow. */
export const outputsOf = (part: FlowPart): string[] => parts[part].map(resultsOf);

/** Whether a stage of a flow reads a file that an earlier one left. */
export function reads(part: FlowPart): (file: string) => boolean {
  const folders = new Set(
    parts[part].flatMap((stage) => Object.keys(stages[stage].reads) as StageName[]).map(resultsOf),
  );
  return (file) => [...folders].some((folder) => file.startsWith(`${folder}/`));
}

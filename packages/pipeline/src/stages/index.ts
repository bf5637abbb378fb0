import type { StageTable } from '../stage.ts';

/** Each stage is loaded when it runs, with what it alone needs. */
export const stageTable: StageTable = {
  config: () => import('./config.ts'),
  data: () => import('./data.ts'),
  profile: () => import('./profile.ts'),
  train: () => import('./train.ts'),
  evaluate: () => import('./evaluate.ts'),
  export: () => import('./export.ts'),
  optimize: () => import('./optimize.ts'),
  prune: () => import('./prune.ts'),
  quantize: () => import('./quantize.ts'),
  verify: () => import('./verify.ts'),
  benchmark: () => import('./benchmark.ts'),
  package: () => import('./package.ts'),
  release: () => import('./release.ts'),
};

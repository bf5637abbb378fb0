import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GlyphsOptions, LoadDatasetOptions } from '@trainyard/datasets';
import { createConsola } from 'consola';
import { type Parent, type Pipeline, type PipelineInput, parsePipeline, type StageName } from '../config.ts';
import { PipelineFolder } from '../folder.ts';
import { stageTable } from '../stages/index.ts';
import { writeSections } from '../write-sections.ts';
import { writeGlyphsPipeline } from './glyphs-pipeline.ts';
import { TestWorkspace } from './workspace.ts';

/** Options of the glyphs, of which there are 800 to train on in 16×16 pixels. */
export type GlyphStyle = Pick<GlyphsOptions, 'drift' | 'seed' | 'train' | 'test' | 'size'>;

export const glyphDataset = (style: GlyphStyle) =>
  ({ name: 'glyphs', size: 16, train: 800, test: 400, ...style }) satisfies LoadDatasetOptions;

/** A config that learns glyphs in a few seconds. */
export const glyphPipeline = (style: GlyphStyle, more: Partial<PipelineInput> = {}): Pipeline =>
  parsePipeline('glyphs', {
    name: 'glyphs',
    dataset: glyphDataset(style),
    train: { epochs: 4, learningRate: 0.1, threads: 1 },
    quantize: [{ name: 'int8', method: 'static', calibration: { pictures: 64 } }],
    budget: { maxAccuracyDrop: { default: 1 } },
    ...more,
  });

/** All that make a bundle, in their order. */
export const toBundle = [
  'data',
  'train',
  'evaluate',
  'export',
  'optimize',
  'prune',
  'quantize',
  'verify',
  'benchmark',
  'package',
] as const satisfies readonly StageName[];

/** Runs of one pipeline, each in a work folder of its own, as jobs have them. */
export class GlyphRuns {
  readonly workspace: TestWorkspace;

  private constructor(workspace: TestWorkspace) {
    this.workspace = workspace;
  }

  static async create(): Promise<GlyphRuns> {
    const workspace = await TestWorkspace.create();
    await writeGlyphsPipeline(workspace);
    return new GlyphRuns(workspace);
  }

  remove(): Promise<void> {
    return this.workspace.remove();
  }

  folder(run: string): PipelineFolder {
    return new PipelineFolder(this.workspace.path('pipelines/glyphs'), this.workspace.path('work', run));
  }

  /** Starts a run: its config is there, and nothing else. */
  async start(run: string, pipeline: Pipeline, parent?: Parent): Promise<PipelineFolder> {
    const folder = this.folder(run);
    await mkdir(folder.work, { recursive: true });
    await writeSections(folder, pipeline, parent);
    return folder;
  }

  async run(
    folder: PipelineFolder,
    stages: readonly StageName[] = toBundle,
    signal = new AbortController().signal,
  ): Promise<void> {
    const log = createConsola({ level: 0 });
    for (const name of stages) {
      const { default: stage } = await stageTable[name]();
      await stage({
        folder,
        log,
        signal,
        progress: {},
        loadPipeline: async () => {
          throw new Error('only the stage config reads the config');
        },
      });
    }
  }

  bundle(run: string): string {
    return join(this.folder(run).work, 'dist', 'bundle');
  }
}

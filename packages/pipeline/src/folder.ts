import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { recoverFolder, removeLeftovers, replaceFolder, writeFilesAtomic } from '@trainyard/trainer/files';
import type { Sections, StageName } from './config.ts';
import { CommandError } from './errors.ts';

export const configFile = 'pipeline.config.ts';
const remove = 'the file was cut off or changed: remove the folder that holds it, and run the stage again';
const reportFiles = ['report.json', 'report.html'] as const;

/** A folder of results: of a stage, of what training starts from, or of what it left to go on from. */
export type ResultFolder = StageName | 'config' | 'checkpoints' | 'warm' | 'parent-data';

/** A pipeline's folder: where its config is, and where its stages leave what they made. */
export class PipelineFolder {
  readonly root: string;
  /** Holds what the stages write, but for the release. */
  readonly work: string;
  readonly #release: string;

  /**
   * @param root where config and code are
   * @param work takes the place of `.trainyard` in it, and of `dist`, which comes to lie inside: for work that must
   * touch neither what other commands left there nor what other jobs do
   */
  constructor(root: string, work?: string) {
    this.root = resolve(root);
    this.work = work === undefined ? join(this.root, '.trainyard') : resolve(work);
    this.#release = join(work === undefined ? this.root : this.work, 'dist');
  }

  /** Names the command that works on the pipeline. */
  get lockFile(): string {
    return join(this.work, 'lock');
  }

  /** @throws CommandError when no pipeline is here */
  requireConfig(): void {
    if (!existsSync(join(this.root, configFile)))
      throw new CommandError(
        this.root,
        `a pipeline, with its ${configFile}`,
        'none',
        'make one with `npm run new-pipeline`',
      );
  }

  /** Repairs what a killed command left: puts back folders that were about to be replaced, removes half-written files. */
  async recover(stages: readonly StageName[]): Promise<void> {
    for (const stage of ['config', ...stages] as const)
      if (stage === 'release') for (const file of reportFiles) await removeLeftovers(this.path(stage, file));
      else await recoverFolder(this.stage(stage));
  }

  /** The folder of a stage's results; `package` and `release` write to `dist/`. */
  stage(stage: ResultFolder): string {
    if (stage === 'release') return this.#release;
    if (stage === 'package') return join(this.#release, 'bundle');
    return join(this.work, stage);
  }

  path(stage: ResultFolder, ...file: string[]): string {
    return join(this.stage(stage), ...file);
  }

  async section<S extends StageName>(stage: S): Promise<Sections[S]> {
    return this.readJson('config', `${stage}.json`);
  }

  /** @throws CommandError when the stage has not run, or left something else */
  async readJson<T>(stage: ResultFolder, file: string): Promise<T> {
    const text = new TextDecoder().decode(await this.read(stage, file));
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new CommandError(
        this.path(stage, file),
        'JSON',
        `${text.length} characters of something else`,
        remove,
        {
          cause,
        },
      );
    }
  }

  /** @throws CommandError when the stage has not run */
  async read(stage: ResultFolder, file: string): Promise<Uint8Array> {
    try {
      return await readFile(this.path(stage, file));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new CommandError(
        `${stage}/${file}`,
        `the result of the stage ${stage}`,
        'no such file',
        `run it through nx, which runs ${stage} first`,
        { cause },
      );
    }
  }

  /** Puts these files in place of a stage's folder: all of them, or none where that fails, as on a full disk. */
  replace(stage: StageName | 'config', files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
    return replaceFolder(this.stage(stage), files);
  }

  /** Puts files into the folder of releases, beside the bundle: all of them or none. */
  writeReport(files: Readonly<Record<(typeof reportFiles)[number], string>>): Promise<void> {
    const paths = Object.entries(files).map(([name, content]) => [this.path('release', name), content]);
    return writeFilesAtomic(Object.fromEntries(paths));
  }
}

/** The content of a JSON file that a stage leaves. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '@trainyard/trainer/files';
import type { Sections, StageName } from './config.ts';
import { CommandError } from './errors.ts';

/** A pipeline's folder: where its config is, and where its stages leave what they made. */
export class PipelineFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** The folder of a stage's results; `package` and `release` write to `dist/`. */
  stage(stage: StageName | 'config' | 'checkpoints'): string {
    if (stage === 'release') return join(this.root, 'dist');
    if (stage === 'package') return join(this.root, 'dist', 'bundle');
    return join(this.root, '.trainyard', stage);
  }

  path(stage: StageName | 'config' | 'checkpoints', ...file: string[]): string {
    return join(this.stage(stage), ...file);
  }

  async section<S extends StageName>(stage: S): Promise<Sections[S]> {
    return this.readJson('config', `${stage}.json`);
  }

  async readJson<T>(stage: StageName | 'config' | 'checkpoints', file: string): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.read(stage, file))) as T;
  }

  /** @throws CommandError when the stage has not run */
  async read(stage: StageName | 'config' | 'checkpoints', file: string): Promise<Uint8Array> {
    try {
      return await readFile(this.path(stage, file));
    } catch (cause) {
      throw new CommandError(
        `${stage}/${file}`,
        `the result of the stage ${stage}`,
        'no such file',
        `run it through nx, which runs ${stage} first`,
        { cause },
      );
    }
  }

  async write(stage: StageName | 'config', file: string, content: string | Uint8Array): Promise<void> {
    const path = this.path(stage, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }

  writeJson(stage: StageName | 'config', file: string, value: unknown): Promise<void> {
    return this.write(stage, file, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Empties a stage's folder, so that nothing of an earlier run with another config stays in it. */
  async clear(stage: StageName | 'config'): Promise<void> {
    await rm(this.stage(stage), { recursive: true, force: true });
    await mkdir(this.stage(stage), { recursive: true });
  }
}

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const repo = fileURLToPath(new URL('../../../..', import.meta.url));
const cli = join(repo, 'packages/pipeline/src/cli.ts');

export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A folder with pipelines of its own, inside the repository so that packages resolve; removed by `remove`. */
export class TestWorkspace {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<TestWorkspace> {
    const parent = join(repo, '.trainyard', 'tests');
    await mkdir(parent, { recursive: true });
    return new TestWorkspace(await mkdtemp(join(parent, 'w-')));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Runs the command line in the workspace, as a user does: standard output and error in one. */
  trainyard(...args: string[]): Promise<CommandResult> {
    return this.command(...this.trainyardCommand(...args));
  }

  /** What `trainyard` runs. */
  trainyardCommand(...args: string[]): [file: string, ...args: string[]] {
    return [process.execPath, '--import', 'tsx', '--conditions=@trainyard/source', cli, ...args];
  }

  command(file: string, ...args: string[]): Promise<CommandResult> {
    return new Promise((done) => {
      execFile(
        file,
        args,
        { cwd: this.root, env: { ...process.env, FORCE_COLOR: '0' } },
        (error, stdout, stderr) => {
          const exitCode = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
          done({ exitCode, output: stdout + stderr });
        },
      );
    });
  }

  stage(pipeline: string, stage: string, ...options: string[]): Promise<CommandResult> {
    return this.trainyard('stage', stage, join('pipelines', pipeline), ...options);
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), content);
  }

  /** Pictures of two classes that a network tells apart at once, by their colour. */
  async writePictures(folder: string, perClass: number, side = 16): Promise<void> {
    for (const [channel, label] of [
      [0, 'red'],
      [2, 'blue'],
    ] as const)
      for (let i = 0; i < perClass; i++) {
        const data = Uint8Array.from({ length: side * side * 3 }, (_, at) =>
          at % 3 === channel ? 200 + ((i * 7 + at) % 50) : (i * 5 + at) % 40,
        );
        const png = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
          .png()
          .toBuffer();
        await this.write(join(folder, label, `${i}.png`), png);
      }
  }
}

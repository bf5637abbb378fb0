import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The blocks of TypeScript of a README, by its path from the root of the repository. */
export async function examplesOf(readme: string): Promise<string[]> {
  const text = await readFile(join(root, readme), 'utf8');
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
}

export interface ExampleRun {
  /** Lines of standard output, without empty ones at the end. */
  readonly printed: string[];
  readonly stderr: string;
  /** Names of what lies in the folder afterwards, `example.mts` included. */
  readonly files: string[];
}

/**
 * Runs an example as a program of its own, in a folder inside the repository so that packages resolve to their sources.
 * @param prepare puts what the example reads into the folder
 */
export async function runExample(
  code: string,
  prepare?: (folder: string) => Promise<void>,
): Promise<ExampleRun> {
  await mkdir(join(root, '.trainyard'), { recursive: true });
  const folder = await mkdtemp(join(root, '.trainyard/readme-'));
  try {
    await prepare?.(folder);
    await writeFile(join(folder, 'example.mts'), code);
    const flags = ['--import', 'tsx', '--conditions=@trainyard/source', 'example.mts'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, { cwd: folder });
    return { printed: stdout.trimEnd().split('\n'), stderr, files: await readdir(folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

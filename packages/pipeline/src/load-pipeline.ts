import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Pipeline, type PipelineInput, parsePipeline } from './config.ts';
import { isOurs } from './describe-error.ts';
import { CommandError } from './errors.ts';
import { applyOverrides, type Overrides } from './overrides.ts';

/**
 * The default export of a file of the user's.
 * @throws CommandError when there is no such file, it does not compile, or it fails as it is loaded
 */
export async function importDefault(path: string, remedy: string): Promise<unknown> {
  if (!existsSync(path)) throw new CommandError(basename(path), 'a file', `no such file: ${path}`, remedy);
  try {
    const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return exported;
  } catch (cause) {
    if (isOurs(cause)) throw cause;
    throw new CommandError(path, 'a file that loads', reasonOf(cause), 'repair it', { cause });
  }
}

/** What went wrong in the user's code, as one line. A compiler's message has file and place in the second line. */
export const reasonOf = (error: unknown): string => {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const [first = '', second = ''] = message.split('\n').map((line) => line.trim());
  return `${name}: ${/^Transform failed/.test(first) ? second : first}`;
};

/** Reads and checks the `pipeline.config.ts` of a folder. @throws CommandError that names what is wrong */
export async function loadPipeline(root: string, overrides: Overrides = {}): Promise<Pipeline> {
  const where = `${basename(root)}/pipeline.config.ts`;
  const exported = await importDefault(
    join(root, 'pipeline.config.ts'),
    'make a pipeline with `npm run new-pipeline`',
  );
  if (typeof exported !== 'object' || exported === null)
    throw new CommandError(where, 'a default export made with definePipeline', typeof exported);
  return parsePipeline(where, applyOverrides(exported as PipelineInput, overrides));
}

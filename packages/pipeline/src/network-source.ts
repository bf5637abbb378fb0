import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Folders of a pipeline that hold results, not code. */
const results = new Set(['.trainyard', 'dist', 'node_modules']);

/**
 * The code that a network may be built from: every `.ts` file of the pipeline's folder but the config, which is what
 * `nx/stages.mjs` has Nx look at. Two runs with the same source, recipe and pictures are the same run.
 */
export async function networkSource(
  root: string,
): Promise<readonly (readonly [file: string, text: string])[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter(([top]) => !results.has(top!) && top !== 'pipeline.config.ts')
    .map((parts) => parts.join('/'))
    .sort();
  return Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')] as const));
}

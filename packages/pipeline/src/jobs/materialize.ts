import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Store } from '@trainyard/registry';

/**
 * Writes files of a run into a folder, under names of their own.
 * @param nameOf where a file goes, by its name in the run; undefined leaves it
 */
export async function materialize(
  { runs, artifacts }: Pick<Store, 'runs' | 'artifacts'>,
  run: string,
  folder: string,
  nameOf: (file: string) => string | undefined,
): Promise<void> {
  for (const { name, digest } of await runs.files(run)) {
    const wanted = nameOf(name);
    if (wanted === undefined) continue;
    const path = join(folder, wanted);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await artifacts.get(digest));
  }
}

/** `from/…` becomes `to/…`. */
export const moved =
  (from: string, to: string) =>
  (file: string): string | undefined =>
    file.startsWith(`${from}/`) ? `${to}${file.slice(from.length)}` : undefined;

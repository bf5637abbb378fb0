import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { ModelError } from '../errors.ts';
import type { Model } from '../graph.ts';
import { writeModel } from '../serde/write.ts';

/**
 * Writes a model to one file: to a temporary name, synced, renamed, and the folder synced.
 * So the file is the old one or the new one, whatever happens on the way.
 * @throws ModelError when the model needs more than 2 GiB, or the file cannot be written
 */
export async function saveModelFile(file: string, model: Model): Promise<void> {
  const bytes = writeModel(model);
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeSynced(temporary, bytes);
    await rename(temporary, file);
    await syncFolder(path.dirname(path.resolve(file)));
  } catch (cause) {
    await rm(temporary, { force: true });
    const reason = (cause as Error).message;
    throw new ModelError(
      `file "${file}"`,
      'a file that can be written',
      reason,
      'check the folder and the disk',
      { cause },
    );
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no handles of folders to sync.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

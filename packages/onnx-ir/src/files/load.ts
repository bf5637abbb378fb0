import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ModelError } from '../errors.ts';
import type { Model } from '../graph.ts';
import { type ReadOptions, readModel } from '../serde/read.ts';
import { findExternalData } from './external-data.ts';

/**
 * Reads an .onnx file. External data is looked for inside the file's folder alone, and read when it is first needed.
 * @throws ModelError when the file is missing or broken, or names data outside of its folder
 */
export async function loadModelFile(
  file: string,
  options: Omit<ReadOptions, 'external'> = {},
): Promise<Model> {
  const bytes = await readBytes(file);
  const folder = path.dirname(path.resolve(file));
  try {
    return readModel(bytes, { ...options, external: (data) => findExternalData(folder, data) });
  } catch (cause) {
    throw cause instanceof ModelError ? cause.within(`file "${path.basename(file)}"`) : cause;
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new ModelError(`file "${file}"`, 'a file that can be read', reason, 'check the path', { cause });
  }
}

import { basename } from 'node:path';
import type { ImageSplit } from '@trainyard/trainer';
import { DatasetError } from '../errors.ts';
import { imageSplit } from '../image-dataset.ts';
import type { DecodePicture, PictureFormat } from './decode.ts';

const filesAtOnce = 4;
const namesInError = 5;

/** A file and its class. */
export interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/**
 * Decodes the files, a few at a time, into one block of pixels in their order. Memory: the result and the files in
 * flight. Unreadable ones are left out.
 */
export async function readPictures(
  files: readonly LabelledFile[],
  format: PictureFormat,
  decode: DecodePicture,
): Promise<{ pictures: ImageSplit; read: LabelledFile[]; unreadable: Unreadable[] }> {
  const size = format.height * format.width * format.channels;
  const images = new Uint8Array(files.length * size);
  const failures = new Map<number, string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      try {
        images.set(await decode(files[i]!.path, format), i * size);
      } catch (error) {
        failures.set(i, oneLine(error));
      }
    }
  };
  await Promise.all(Array.from({ length: filesAtOnce }, worker));
  let kept = 0;
  const read = files.filter((_, i) => {
    if (failures.has(i)) return false;
    if (kept !== i) images.copyWithin(kept * size, i * size, (i + 1) * size);
    kept++;
    return true;
  });
  return {
    pictures: imageSplit(
      images.subarray(0, kept * size),
      Int32Array.from(read, ({ label }) => label),
    ),
    read,
    unreadable: [...failures]
      .sort(([a], [b]) => a - b)
      .map(([i, reason]) => ({ path: files[i]!.path, reason })),
  };
}

/** Throws when more than `maxUnreadable` (a share) of `total` files could not be read, naming the first of them. */
export function checkUnreadable(
  folder: string,
  unreadable: readonly Unreadable[],
  total: number,
  maxUnreadable: number,
): void {
  if (unreadable.length <= maxUnreadable * total) return;
  const named = unreadable.slice(0, namesInError).map(({ path, reason }) => `${path} (${reason})`);
  const more = unreadable.length > namesInError ? ` and ${unreadable.length - namesInError} more` : '';
  const share = Math.ceil((unreadable.length / total) * 1000) / 1000;
  throw new DatasetError(
    `image folder ${basename(folder)}`,
    `at most ${Math.floor(maxUnreadable * total)} of ${total} pictures unreadable`,
    `${unreadable.length}: ${named.join(', ')}${more}`,
    `repair or remove them, or set maxUnreadable to ${share}`,
  );
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s+/g, ' ').trim();
  // A runtime's decoder says where, what was expected and what to do as well, all of which is said here already.
  const reason = /: expected .*?, got (.*?)(?:;|$)/.exec(line)?.[1] ?? line;
  return reason
    .replace(/^Input buffer /, '')
    .replace(/^Unknown error$/, 'cut off or damaged')
    .replace(/:$/, '')
    .slice(0, 100);
}

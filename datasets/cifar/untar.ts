import { basename } from 'node:path/posix';
import { DatasetError } from '../errors.ts';

const block = 512;

/**
 * The regular files of a tar archive (POSIX ustar), by their last name. Nothing is written anywhere, so paths in the
 * archive lead nowhere.
 *
 * @throws DatasetError when a header's checksum is wrong or the archive ends early.
 */
export function untar(name: string, archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let position = 0;
  while (position + block <= archive.length) {
    const header = archive.subarray(position, position + block);
    if (header.every((byte) => byte === 0)) return files;
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
    const size = octal(header.subarray(124, 136));
    if (octal(header.subarray(148, 156)) !== sum || Number.isNaN(size)) {
      throw new DatasetError(
        name,
        'a tar archive',
        `a wrong header at byte ${position}`,
        'copy or download it again',
      );
    }
    position += block;
    if (position + size > archive.length) break;
    const type = header[156];
    const regular = type === 0 || type === 0x30;
    if (regular)
      files.set(basename(text(header.subarray(0, 100))), archive.subarray(position, position + size));
    position += Math.ceil(size / block) * block;
  }
  throw new DatasetError(
    name,
    'a whole tar archive',
    `its end at byte ${archive.length}`,
    'copy or download it again',
  );
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

function octal(field: Uint8Array): number {
  const digits = text(field).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

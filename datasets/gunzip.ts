import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DatasetError } from './errors.ts';

const gunzipAsync = promisify(gunzip);
/** The largest file of these datasets, EMNIST's byclass pictures, unpacks to 0.55 GB. */
const maxOutputLength = 2 ** 30;

/** The bytes, unpacked if they are gzip. */
export async function unpack(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await gunzipAsync(bytes, { maxOutputLength });
  } catch (cause) {
    const message = (cause as Error).message;
    throw new DatasetError(name, 'a whole gzip file', message, 'copy or download it again', { cause });
  }
}

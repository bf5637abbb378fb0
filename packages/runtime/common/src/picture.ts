import { PictureError } from './errors.ts';
import type { Manifest } from './manifest.ts';

/** A decoded picture: 8 bits a channel, row by row from the top, the channels of a pixel together. */
export interface RawPicture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 1: gray, 3: red, green, blue, 4: with alpha that is not premultiplied. */
  readonly channels: 1 | 3 | 4;
  /** How errors call it, such as its file name. */
  readonly name?: string;
}

export type InputSignature = Manifest['input'];

/** @throws PictureError when the sizes are not whole, or the data are not as many bytes as they say */
export function checkPicture(picture: RawPicture): void {
  const where = picture?.name ?? 'picture';
  const { data, width, height, channels } = picture ?? {};
  if (!(data instanceof Uint8Array) && !(data instanceof Uint8ClampedArray))
    throw new PictureError(where, 'data in a Uint8Array', typeName(data), 'give 8 bits a channel, 0 to 255');
  for (const [name, size] of [
    ['width', width],
    ['height', height],
  ] as const)
    if (!Number.isSafeInteger(size) || size < 1)
      throw new PictureError(where, `a whole number of at least 1 as ${name}`, String(size));
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new PictureError(where, '1, 3 or 4 channels', String(channels));
  if (data.length !== width * height * channels)
    throw new PictureError(
      where,
      `${width * height * channels} bytes for ${width} x ${height} x ${channels}`,
      String(data.length),
      'give width, height and channels as they are in the data',
    );
}

const typeName = (value: unknown): string =>
  typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'an object') : typeof value;

export const bytesOf = (data: Uint8Array | Uint8ClampedArray): Uint8Array =>
  data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

import { messageOf, PictureError, type RawPicture, throwIfAborted } from '@trainyard/runtime-common';
import { decodeBase64 } from './base64.ts';
import { decodeJpeg, isJpeg } from './picture/decode-jpeg.ts';
import { decodePng } from './picture/decode-png.ts';
import type { Pixels } from './picture/orientation.ts';
import { isPng } from './picture/png-file.ts';
import { isUri, nameOf, type ReadUriOptions, readUri } from './read-uri.ts';

/** What expo-image-manipulator, cameras and pickers give. */
export interface PictureFile {
  readonly uri: string;
  /** Taken in place of the file, where it is there. */
  readonly base64?: string | null | undefined;
}

/** The URI of a PNG or JPEG file, `data:` too; its bytes; its bytes as base64; a picked file; or pixels. */
export type Picture = string | Uint8Array | ArrayBuffer | PictureFile | RawPicture;

export interface DecodeOptions {
  /** Pictures of more pixels are refused before they are unpacked; by default 50 million. */
  readonly maxPixels?: number | undefined;
}

const formats = [
  { is: isPng, decode: decodePng },
  { is: isJpeg, decode: decodeJpeg },
] as const;

/**
 * Any picture as pixels of 8 bits, turned upright by its EXIF orientation; pixels pass through. In JavaScript alone,
 * so let the platform make large pictures small before.
 * @throws PictureError, in one line with the picture's name, when it can't be read; the signal's reason
 */
export async function decodePicture(
  picture: Picture,
  options: DecodeOptions & ReadUriOptions = {},
): Promise<RawPicture> {
  if (typeof picture === 'object' && picture !== null && 'data' in picture) return picture;
  const { maxPixels = 5e7, signal } = options;
  const name = nameOfPicture(picture);
  try {
    return { ...pixelsOf(await bytesOf(picture, options), maxPixels), name };
  } catch (cause) {
    throwIfAborted(signal);
    throw new PictureError(
      name,
      'a PNG or JPEG picture',
      messageOf(cause),
      'save it as one of them, with expo-image-manipulator for instance',
      { cause },
    );
  }
}

function pixelsOf(bytes: Uint8Array, maxPixels: number): Pixels {
  const format = formats.find(({ is }) => is(bytes));
  if (!format) throw new Error(bytes.length ? 'bytes of another format' : 'no bytes');
  return format.decode(bytes, maxPixels);
}

async function bytesOf(picture: string | Uint8Array | ArrayBuffer | PictureFile, options: ReadUriOptions) {
  if (picture instanceof Uint8Array) return picture;
  if (picture instanceof ArrayBuffer) return new Uint8Array(picture);
  if (typeof picture === 'string') return isUri(picture) ? readUri(picture, options) : decodeBase64(picture);
  if (typeof picture?.base64 === 'string') return decodeBase64(picture.base64);
  if (typeof picture?.uri === 'string') return readUri(picture.uri, options);
  throw new Error(picture === null ? 'null' : `${typeof picture} without a uri`);
}

function nameOfPicture(picture: Exclude<Picture, RawPicture>): string {
  const uri = typeof picture === 'object' && picture !== null && 'uri' in picture ? picture.uri : picture;
  return typeof uri === 'string' && isUri(uri) ? nameOf(uri) : 'picture';
}

import { PictureError, type RawPicture } from '@trainyard/runtime-common';
import type { ReadUriOptions } from './read-uri.ts';

export type Picture = RawPicture;

export interface DecodeOptions {
  /** Pictures of more pixels are refused before they are unpacked; by default 50 million. */
  readonly maxPixels?: number;
}

export async function decodePicture(
  picture: Picture,
  _: DecodeOptions & ReadUriOptions = {},
): Promise<RawPicture> {
  if (typeof picture !== 'object') throw new PictureError('picture', 'pixels', typeof picture);
  return picture;
}

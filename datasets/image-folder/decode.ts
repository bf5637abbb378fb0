import { readFile, stat } from 'node:fs/promises';
import type { Sharp } from 'sharp';

export interface PictureFormat {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly fit: 'cover' | 'contain' | 'stretch';
  readonly background: 'white' | 'black';
  /** Pictures with more pixels than this are refused before they are decoded. */
  readonly maxPixels: number;
}

/** Brings the picture in a file to height × width × channels bytes; rejects with a short reason where it cannot. */
export type DecodePicture = (path: string, format: PictureFormat) => Promise<Uint8Array>;

const largestFile = 256 * 2 ** 20;

/**
 * Decodes one file to height × width × channels bytes. It is turned as its EXIF orientation says, laid on the
 * background where it is transparent, and of an animation the first frame is taken.
 *
 * @throws Error with a short reason when it is not a sound PNG, JPEG or WebP, or too large.
 */
export async function decodePicture(path: string, format: PictureFormat): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > largestFile) throw new Error(`larger than ${largestFile / 2 ** 20} MB`);
  const file = await readFile(path);
  if (file.length === 0) throw new Error('empty file');
  // By content rather than by extension: sharp would also open SVG and other formats that can refer to files.
  if (!isPngJpegOrWebp(file)) throw new Error('not PNG, JPEG or WebP');
  const { default: sharp } = await import('sharp');
  const { height, width, channels, background, maxPixels } = format;
  const fit = format.fit === 'stretch' ? 'fill' : format.fit;
  let picture: Sharp = sharp(file, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true });
  picture = picture.autoOrient().flatten({ background }).resize({ width, height, fit, background });
  picture = channels === 1 ? picture.grayscale().toColourspace('b-w') : picture.toColourspace('srgb');
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`decoded to ${info.channels} channels`);
  return data;
}

function isPngJpegOrWebp(file: Buffer): boolean {
  const text = (start: number, end: number): string => file.toString('latin1', start, end);
  return (
    text(0, 8) === '\x89PNG\r\n\x1a\n' ||
    text(0, 3) === '\xff\xd8\xff' ||
    (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP')
  );
}

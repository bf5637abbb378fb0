import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, PictureError, type RawPicture } from '@trainyard/runtime-common';

type Sharp = typeof import('sharp')['default'];

/** A path or file URL, the bytes of a PNG, JPEG or WebP file, or pixels. */
export type Picture = string | URL | Uint8Array | RawPicture;

export interface DecodeOptions {
  /** Pictures of more pixels are refused before they are unpacked; by default 100 million. */
  readonly maxPixels?: number;
}

const maxFileBytes = 2 ** 28;

const startsWith = (bytes: Uint8Array, start: string, at = 0): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(start.length, bytes.length - at)).equals(
    Buffer.from(start, 'latin1'),
  );

const isPicture = (bytes: Uint8Array): boolean =>
  bytes.length >= 12 &&
  (startsWith(bytes, '\x89PNG\r\n\x1a\n') ||
    startsWith(bytes, '\xff\xd8\xff') ||
    (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)));

/**
 * Any picture as pixels of 8 bits in sRGB, turned upright by its EXIF orientation; pixels pass through.
 * @throws PictureError, in one line with the picture's name, when it can't be read
 */
export async function decodePicture(
  picture: Picture,
  { maxPixels = 1e8 }: DecodeOptions = {},
): Promise<RawPicture> {
  if (typeof picture === 'string' || picture instanceof URL) {
    const path = typeof picture === 'string' ? picture : fileURLToPath(picture);
    return decodeBytes(await readPicture(path), basename(path), maxPixels);
  }
  return picture instanceof Uint8Array ? decodeBytes(picture, 'picture', maxPixels) : picture;
}

async function readPicture(path: string): Promise<Uint8Array> {
  const name = basename(path);
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) throw new PictureError(name, 'at most 256 MiB', `${size} bytes`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof PictureError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new PictureError(
      name,
      'a readable file',
      missing ? 'none there' : messageOf(cause),
      'check the path',
      {
        cause,
      },
    );
  }
}

async function decodeBytes(bytes: Uint8Array, name: string, maxPixels: number): Promise<RawPicture> {
  try {
    // Other formats that libvips reads, such as SVG, are not let near it.
    if (!isPicture(bytes)) throw new Error(bytes.length ? 'bytes of another format' : 'no bytes');
    const sharp = await loadSharp();
    const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'truncated' });
    const { data, info } = await image.rotate().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({
      resolveWithObject: true,
    });
    return fromSharp(data, info, name);
  } catch (cause) {
    throw new PictureError(
      name,
      'a PNG, JPEG or WebP picture',
      messageOf(cause),
      'export the picture again',
      {
        cause,
      },
    );
  }
}

/** When the first file is decoded: where it has no binary for the system, pixels can still be classified. */
async function loadSharp(): Promise<Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    // Several lines of advice follow.
    const [line] = String((cause as Error).message).split('\n');
    throw new Error(`sharp, which decodes files, does not load here: ${line}; give pixels`, { cause });
  }
}

/** Gray with alpha becomes red, green, blue and alpha. */
function fromSharp(
  data: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
  name: string,
): RawPicture {
  if (channels === 1 || channels === 3 || channels === 4) return { data, width, height, channels, name };
  if (channels !== 2) throw new Error(`${channels} channels`);
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    rgba.fill(data[2 * i]!, 4 * i, 4 * i + 3);
    rgba[4 * i + 3] = data[2 * i + 1]!;
  }
  return { data: rgba, width, height, channels: 4, name };
}

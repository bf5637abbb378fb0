import { decode } from 'jpeg-js';
import { type Orientation, orientationOf, type Pixels, upright } from './orientation.ts';

export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/**
 * The pixels of a JPEG in RGB, upright.
 * @throws Error that says what is wrong with the file
 */
export function decodeJpeg(bytes: Uint8Array, maxPixels: number): Pixels {
  const { width, height, components, orientation } = readHeader(bytes);
  if (width * height > maxPixels || width === 0 || height === 0)
    throw new Error(`${width} x ${height} pixels, more than the limit of ${maxPixels}`);
  const { data } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: Number.POSITIVE_INFINITY,
    maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
  });
  return upright(
    components === 1 ? grayOf(data, width, height) : { data, width, height, channels: 3 },
    orientation,
  );
}

function grayOf(rgb: Uint8Array, width: number, height: number): Pixels {
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgb[3 * i]!;
  return { data, width, height, channels: 1 };
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly orientation: Orientation;
}

/** Reads the segments up to the frame's header, so that a picture that is too large is refused before it is unpacked. */
function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation: Orientation = 1;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new Error('a JPEG whose segments are broken');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    const content = bytes.subarray(at + 4, at + 2 + length);
    if (length < 2 || content.length !== length - 2) break;
    if (isFrame(marker)) return { ...frameOf(marker, content), orientation };
    if (marker === 0xe1 && String.fromCharCode(...content.subarray(0, 6)) === 'Exif\0\0')
      orientation = orientationOf(content.subarray(6));
    at += 2 + length;
  }
  throw new Error('a JPEG that is cut off');
}

// Start of frame: C0 to CF without tables of Huffman codes, extensions and tables of arithmetic coding.
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function frameOf(marker: number, content: Uint8Array): Omit<Header, 'orientation'> {
  if (marker > 0xc2) throw new Error('a JPEG that is lossless, hierarchical or arithmetic');
  const [precision, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = content;
  if (precision !== 8) throw new Error(`a JPEG of ${precision} bits a channel`);
  if (components === 4) throw new Error('a JPEG in CMYK');
  if (components !== 1 && components !== 3) throw new Error(`a JPEG of ${components} components`);
  return { width: w1 * 256 + w0, height: h1 * 256 + h0, components };
}

/** How a picture lies in its file: EXIF's orientation, 1 (upright) to 8. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const orientationTag = 0x0112;

/** The orientation in EXIF's data, which begin with the header of TIFF; 1 where they hold none that is valid. */
export function orientationOf(exif: Uint8Array): Orientation {
  if (exif.length < 14) return 1;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const little = view.getUint16(0) === 0x4949;
  if (!little && view.getUint16(0) !== 0x4d4d) return 1;
  const directory = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || directory + 2 > exif.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > exif.length) break;
    if (view.getUint16(at, little) !== orientationTag) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

// For each orientation: whether rows become columns, and which axes of the file then run backwards.
const turns: Readonly<Record<Orientation, { swap: boolean; backX: boolean; backY: boolean }>> = {
  1: { swap: false, backX: false, backY: false },
  2: { swap: false, backX: true, backY: false },
  3: { swap: false, backX: true, backY: true },
  4: { swap: false, backX: false, backY: true },
  5: { swap: true, backX: false, backY: false },
  6: { swap: true, backX: false, backY: true },
  7: { swap: true, backX: true, backY: true },
  8: { swap: true, backX: true, backY: false },
};

export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** The picture turned upright. */
export function upright(pixels: Pixels, orientation: Orientation): Pixels {
  const { swap, backX, backY } = turns[orientation];
  if (!swap && !backX && !backY) return pixels;
  const { data, width, height, channels } = pixels;
  const [outWidth, outHeight] = swap ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  let at = 0;
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++) {
      const [fileX, fileY] = swap ? [y, x] : [x, y];
      const column = backX ? width - 1 - fileX : fileX;
      const row = backY ? height - 1 - fileY : fileY;
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[from + c]!;
    }
  return { data: out, width: outWidth, height: outHeight, channels };
}

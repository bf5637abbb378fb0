import { bytesOf, checkPicture, type InputSignature, type RawPicture } from './picture.ts';
import { axisWeights, resample } from './resample.ts';

/** Red, green, blue behind transparent pixels and beside pictures that are contained; black. */
const background = [0, 0, 0] as const;

/**
 * The bytes of one picture as the model takes them: uint8 [height, width, channels].
 *
 * In this order: alpha over black; to gray as (299 R + 587 G + 114 B + 500) / 1000 rounded down (the luma of
 * ITU-R BT.601), or gray to three equal channels; then, where the size differs, resized as `axisWeights` says and
 * rounded half up: `stretch` ignores the shape, `cover` keeps it and crops the middle, `contain` keeps it and pads
 * with black. A picture of the model's size and channels passes through as it is, without a copy.
 * @throws PictureError when the data don't fit the sizes
 */
export function toInput(picture: RawPicture, input: InputSignature): Uint8Array {
  checkPicture(picture);
  const { width, height, channels } = picture;
  const data = bytesOf(picture.data);
  const rightSize = width === input.width && height === input.height;
  if (rightSize && channels === input.channels) return data;
  const readRow = rowReader(data, width, channels, input.channels);
  const target = new Uint8Array(input.height * input.width * input.channels);
  if (rightSize) {
    const rowLength = width * input.channels;
    for (let y = 0; y < height; y++) readRow(y, target.subarray(y * rowLength, (y + 1) * rowLength));
    return target;
  }
  const { source, placed } = windows(width, height, input);
  resample(
    { width, channels: input.channels, readRow },
    axisWeights(width, source.left, source.width, placed.width),
    axisWeights(height, source.top, source.height, placed.height),
    {
      data: target,
      at: (placed.top * input.width + placed.left) * input.channels,
      stride: input.width * input.channels,
    },
  );
  return target;
}

interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Which part of the picture goes to which part of the input. */
function windows(width: number, height: number, input: InputSignature): { source: Window; placed: Window } {
  const whole = { left: 0, top: 0, width, height };
  const full = { left: 0, top: 0, width: input.width, height: input.height };
  const scaleX = width / input.width;
  const scaleY = height / input.height;
  if (input.resize === 'cover') {
    const scale = Math.min(scaleX, scaleY);
    const [w, h] = [input.width * scale, input.height * scale];
    return { source: { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h }, placed: full };
  }
  if (input.resize === 'contain') {
    const scale = Math.max(scaleX, scaleY);
    const w = Math.max(1, Math.min(input.width, Math.floor(width / scale + 0.5)));
    const h = Math.max(1, Math.min(input.height, Math.floor(height / scale + 0.5)));
    const left = Math.floor((input.width - w) / 2);
    const top = Math.floor((input.height - h) / 2);
    return { source: whole, placed: { left, top, width: w, height: h } };
  }
  return { source: whole, placed: full };
}

/** Gives rows of `from` channels as `to` channels. */
function rowReader(data: Uint8Array, width: number, from: 1 | 3 | 4, to: 1 | 3) {
  return (y: number, row: Uint8Array): void => {
    const start = y * width * from;
    if (from === to) {
      row.set(data.subarray(start, start + width * from));
      return;
    }
    for (let x = 0; x < width; x++) {
      const at = start + x * from;
      const alpha = from === 4 ? data[at + 3]! : 255;
      const r = over(data[at]!, alpha, background[0]);
      const g = from === 1 ? r : over(data[at + 1]!, alpha, background[1]);
      const b = from === 1 ? r : over(data[at + 2]!, alpha, background[2]);
      if (to === 1) row[x] = Math.floor((299 * r + 587 * g + 114 * b + 500) / 1000);
      else {
        row[3 * x] = r;
        row[3 * x + 1] = g;
        row[3 * x + 2] = b;
      }
    }
  };
}

// alpha is a share of 255: the weighted mean, rounded half up, in whole numbers.
const over = (value: number, alpha: number, behind: number): number =>
  Math.floor((2 * (value * alpha + behind * (255 - alpha)) + 255) / 510);

import { bytesOf, checkPicture, type InputSignature, type RawPicture } from './picture.ts';
import { axisWeights, middleAxis, resample, wholeAxis } from './resample.ts';

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
  const { left, top, horizontal, vertical } = placement(width, height, input);
  resample({ width, channels: input.channels, readRow }, axisWeights(horizontal), axisWeights(vertical), {
    data: target,
    at: (top * input.width + left) * input.channels,
    stride: input.width * input.channels,
  });
  return target;
}

/** Which part of the picture goes to which part of the input; `left` and `top` are of the latter. */
function placement(width: number, height: number, input: InputSignature) {
  const whole = {
    left: 0,
    top: 0,
    horizontal: wholeAxis(width, input.width),
    vertical: wholeAxis(height, input.height),
  };
  // Compares width / input.width with height / input.height.
  const wider = width * input.height - height * input.width;
  if (wider === 0 || input.resize === 'stretch') return whole;
  if (input.resize === 'cover')
    return wider > 0
      ? { ...whole, horizontal: middleAxis(width, input.width, height, input.height) }
      : { ...whole, vertical: middleAxis(height, input.height, width, input.width) };
  if (wider > 0) {
    const rows = shrunk(height * input.width, width);
    return { ...whole, top: Math.floor((input.height - rows) / 2), vertical: wholeAxis(height, rows) };
  }
  const columns = shrunk(width * input.height, height);
  return { ...whole, left: Math.floor((input.width - columns) / 2), horizontal: wholeAxis(width, columns) };
}

/** a / b, rounded half up, at least 1. */
const shrunk = (a: number, b: number): number => Math.max(1, Math.floor((2 * a + b) / (2 * b)));

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

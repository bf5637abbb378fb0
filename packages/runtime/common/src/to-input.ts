import { bytesOf, checkPicture, type InputSignature, type RawPicture } from './picture.ts';
import { axisWeights, middleAxis, type Rows, resample, wholeAxis } from './resample.ts';

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
  const rows = rowsOf(data, width, channels, input.channels);
  const target = new Uint8Array(input.height * input.width * input.channels);
  if (rightSize) {
    for (let y = 0; y < height; y++) target.set(rows.row(y), y * width * input.channels);
    return target;
  }
  const { left, top, horizontal, vertical } = placement(width, height, input);
  resample(rows, axisWeights(horizontal), axisWeights(vertical), {
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

/** The rows of a picture of `from` channels as rows of `to` channels. */
function rowsOf(data: Uint8Array, width: number, from: 1 | 3 | 4, to: 1 | 3): Rows {
  const sourceRow = (y: number): Uint8Array => data.subarray(y * width * from, (y + 1) * width * from);
  if (from === to) return { width, channels: to, row: sourceRow };
  const buffer = new Uint8Array(width * to);
  const row = (y: number): Uint8Array => {
    convertRow(sourceRow(y), from, buffer, to);
    return buffer;
  };
  return { width, channels: to, row };
}

function convertRow(source: Uint8Array, from: 1 | 3 | 4, target: Uint8Array, to: 1 | 3): void {
  const green = from === 1 ? 0 : 1;
  const blue = from === 1 ? 0 : 2;
  for (let at = 0, out = 0; at < source.length; at += from, out += to) {
    let r = source[at]!;
    let g = source[at + green]!;
    let b = source[at + blue]!;
    const alpha = from === 4 ? source[at + 3]! : 255;
    if (alpha !== 255) {
      r = overBlack(r, alpha);
      g = overBlack(g, alpha);
      b = overBlack(b, alpha);
    }
    if (to === 1) target[out] = Math.floor((299 * r + 587 * g + 114 * b + 500) / 1000);
    else {
      target[out] = r;
      target[out + 1] = g;
      target[out + 2] = b;
    }
  }
}

// value * alpha / 255, rounded half up, in whole numbers.
const overBlack = (value: number, alpha: number): number => Math.floor((2 * value * alpha + 255) / 510);

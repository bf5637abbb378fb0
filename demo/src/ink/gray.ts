/** A picture of one channel, row by row from the top, 0 to 255. */
export interface GrayPicture {
  readonly data: Float32Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Of what a canvas gives; transparent parts are paper: white. */
export function grayOf({ data, width, height }: Pick<ImageData, 'data' | 'width' | 'height'>): GrayPicture {
  const gray = new Float32Array(width * height);
  for (let i = 0; i < gray.length; i++) {
    const [r, g, b, a] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!, data[4 * i + 3]!];
    gray[i] = ((0.299 * r + 0.587 * g + 0.114 * b) * a) / 255 + 255 - a;
  }
  return { data: gray, width, height };
}

/** The mean over the square of 2 · radius + 1 around each pixel, as far as it lies in the picture. */
export function localMean({ data, width, height }: GrayPicture, radius: number): Float32Array<ArrayBuffer> {
  // sums[y, x] is the sum above and to the left of a pixel (Crow, 1984).
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0, row = 0; x < width; x++) {
      row += data[y * width + x]!;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  const means = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      const sum =
        sums[bottom * stride + right]! -
        sums[top * stride + right]! -
        sums[bottom * stride + left]! +
        sums[top * stride + left]!;
      means[y * width + x] = sum / ((bottom - top) * (right - left));
    }
  }
  return means;
}

/** Means one after the other; three of them come close to a Gaussian. */
export function blur(picture: GrayPicture, radius: number, times: number): Float32Array<ArrayBuffer> {
  let { data } = picture;
  for (let i = 0; i < times; i++) data = localMean({ ...picture, data }, radius);
  return data;
}

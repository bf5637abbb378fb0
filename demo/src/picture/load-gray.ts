import { type GrayPicture, grayOf } from '../ink/gray.ts';
import { context2d } from '../page/dom.ts';

/** Pictures are looked at in this size, the longer side in pixels: enough for a digit, and quick. */
const lookSide = 128;

type Drawable = ImageBitmap | HTMLVideoElement;

export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a picture in the size in which it is looked at; the canvas shows it afterwards. */
export function lookAt(
  source: Drawable,
  { left, top, width, height }: Crop,
  canvas: HTMLCanvasElement,
): GrayPicture {
  const scale = Math.min(1, lookSide / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = context2d(canvas, { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return grayOf(context.getImageData(0, 0, canvas.width, canvas.height));
}

import { messageOf, PictureError, type RawPicture } from '@trainyard/runtime-common';
import { bitmapOptions, type SentPicture } from './picture.ts';

/**
 * The pixels of a picture; a frame that was made for this is closed.
 * @throws PictureError when the file is not a picture, or there is no memory for its pixels
 */
export async function decode(sent: SentPicture): Promise<RawPicture> {
  if (sent.kind === 'pixels') return sent.picture;
  const frame = sent.kind === 'frame' ? sent.frame : await bitmapOf(sent.blob);
  try {
    return readPixels(frame);
  } catch (cause) {
    throw new PictureError('picture', 'pixels that can be read', messageOf(cause), undefined, { cause });
  } finally {
    if (sent.kind === 'file' || sent.ours) frame.close();
  }
}

async function bitmapOf(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, bitmapOptions);
  } catch (cause) {
    const name = (blob as Partial<File>).name ?? 'picture';
    const got = blob.size === 0 ? 'no bytes' : `${blob.size} bytes that are none: ${messageOf(cause)}`;
    throw new PictureError(name, 'a picture this browser reads, such as PNG, JPEG or WebP', got, undefined, {
      cause,
    });
  }
}

let canvas: OffscreenCanvas | undefined;

function readPixels(frame: ImageBitmap | VideoFrame): RawPicture {
  const [width, height] =
    'displayWidth' in frame ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
  canvas ??= new OffscreenCanvas(width, height);
  // Setting a size empties a canvas.
  canvas.width = width;
  canvas.height = height;
  // Pixels that are read often stay in the processor's memory.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas of this size');
  context.drawImage(frame, 0, 0);
  return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
}

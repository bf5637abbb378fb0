import { messageOf, PictureError, type RawPicture } from '@trainyard/runtime-common';

/** What a page has: pixels, the Blob of a PNG, JPEG or WebP file, an element, a canvas, a frame of a video. */
export type Picture =
  | RawPicture
  | ImageData
  | ImageBitmap
  | Blob
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame;

/** A picture as a worker can be given it. */
export type SentPicture =
  | { readonly kind: 'pixels'; readonly picture: RawPicture }
  | { readonly kind: 'file'; readonly blob: Blob }
  | { readonly kind: 'frame'; readonly frame: ImageBitmap | VideoFrame; readonly ours: boolean };

/** Of pixels with alpha as they are in the file; upright, as EXIF says; in sRGB. */
export const bitmapOptions: ImageBitmapOptions = {
  imageOrientation: 'from-image',
  premultiplyAlpha: 'none',
};

// A class that a browser lacks is one that no picture is of.
const isA = <T>(value: unknown, name: string): value is T => {
  const type = (globalThis as Record<string, unknown>)[name];
  return typeof type === 'function' && value instanceof type;
};

/**
 * A picture in a form that a message can hold. Frames of a video are not copied; the caller's own bitmaps and frames
 * stay as they are.
 * @throws PictureError when it has no pixels yet, or may not be read
 */
export async function toSent(picture: Picture): Promise<SentPicture> {
  if (isA<ImageData>(picture, 'ImageData')) {
    const { data, width, height } = picture;
    return { kind: 'pixels', picture: { data: data as Uint8ClampedArray, width, height, channels: 4 } };
  }
  if (isA<Blob>(picture, 'Blob')) return { kind: 'file', blob: picture };
  if (isA<ImageBitmap>(picture, 'ImageBitmap')) {
    if (picture.width === 0) throw new PictureError('picture', 'an ImageBitmap', 'one that was closed');
    return { kind: 'frame', frame: picture, ours: false };
  }
  try {
    if (isA<VideoFrame>(picture, 'VideoFrame')) return ours(picture.clone());
    if (isA<HTMLVideoElement>(picture, 'HTMLVideoElement')) return ours(await frameOf(picture));
    if (
      isA<HTMLImageElement>(picture, 'HTMLImageElement') ||
      isA<HTMLCanvasElement>(picture, 'HTMLCanvasElement') ||
      isA<OffscreenCanvas>(picture, 'OffscreenCanvas')
    )
      return ours(await createImageBitmap(picture, bitmapOptions));
  } catch (cause) {
    if (cause instanceof PictureError) throw cause;
    throw new PictureError(
      'picture',
      `a ${picture.constructor.name} with pixels that may be read`,
      messageOf(cause),
      'wait until it has loaded; pictures of other origins need CORS',
      { cause },
    );
  }
  return { kind: 'pixels', picture: plain(picture as RawPicture) };
}

const ours = (frame: ImageBitmap | VideoFrame): SentPicture => ({ kind: 'frame', frame, ours: true });

async function frameOf(video: HTMLVideoElement): Promise<ImageBitmap | VideoFrame> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
    throw new PictureError(
      'picture',
      'a video that shows a frame',
      'none yet',
      'wait for its loadeddata event',
    );
  return typeof VideoFrame === 'function' ? new VideoFrame(video) : createImageBitmap(video);
}

/** Without anything a message can't hold. */
function plain(picture: RawPicture): RawPicture {
  const { data, width, height, channels, name } = picture ?? {};
  return name === undefined ? { data, width, height, channels } : { data, width, height, channels, name };
}

/** Frees a frame that was made for this and went nowhere. */
export function release(sent: SentPicture): void {
  if (sent.kind === 'frame' && sent.ours) sent.frame.close();
}

/** What moves to the worker with the message instead of being copied. */
export const transferOf = (sent: SentPicture): Transferable[] =>
  sent.kind === 'frame' && sent.ours ? [sent.frame] : [];

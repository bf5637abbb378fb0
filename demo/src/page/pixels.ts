import { context2d } from './dom.ts';

/** Paints gray levels, 0 to `full`, as they are; the canvas has a pixel for each. */
export function paintLevels(canvas: HTMLCanvasElement, levels: Uint8Array, full = 255): void {
  const context = context2d(canvas);
  const image = context.createImageData(canvas.width, canvas.height);
  levels.forEach((level, i) => {
    const gray = (level * 255) / full;
    image.data.set([gray, gray, gray, 255], i * 4);
  });
  context.putImageData(image, 0, 0);
}

export function paintNothing(canvas: HTMLCanvasElement): void {
  context2d(canvas).clearRect(0, 0, canvas.width, canvas.height);
}

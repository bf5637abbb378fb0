import type { Point } from '../ink/strokes.ts';
import type { Drawing } from './drawing.ts';

/** Draws with the first pointer that touches the canvas, until it is lifted. @param onBegin called before it draws */
export function followPointer(canvas: HTMLCanvasElement, drawing: Drawing, onBegin: () => void): void {
  let pointer: number | undefined;
  const at = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (pointer !== undefined || event.button !== 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    onBegin();
    drawing.begin(at(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== pointer) return;
    // Between two frames a pen moves several times.
    const events = event.getCoalescedEvents?.() ?? [];
    drawing.extend((events.length > 0 ? events : [event]).map(at));
  });
  const end = (event: PointerEvent): void => {
    if (event.pointerId === pointer) pointer = undefined;
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('lostpointercapture', end);
}

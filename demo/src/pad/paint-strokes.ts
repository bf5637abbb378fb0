import type { Point, Stroke } from '../ink/strokes.ts';

/** Of the line, as a share of the pad's side. */
export const lineWidth = 0.062;

/** Draws strokes as smooth lines over the whole canvas, without clearing it. */
export function paintStrokes(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = lineWidth * side;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    const points = stroke.map(({ x, y }) => ({ x: x * side, y: y * side }));
    context.beginPath();
    trace(context, points);
    context.stroke();
  }
}

/** Curves through the middles of the segments, with the points between them as handles. */
function trace(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  const first = points[0]!;
  const last = points.at(-1)!;
  context.moveTo(first.x, first.y);
  for (let i = 1; i < points.length - 1; i++) {
    const [handle, next] = [points[i]!, points[i + 1]!];
    context.quadraticCurveTo(handle.x, handle.y, (handle.x + next.x) / 2, (handle.y + next.y) / 2);
  }
  // A line to where it stands is a dot.
  context.lineTo(last.x, last.y);
}

import type { Reading } from './ink/bitmap.ts';
import { readStrokes, type Stroke } from './ink/strokes.ts';
import { paintStrokes } from './pad/paint-strokes.ts';
import { context2d, cssColor, find } from './page/dom.ts';
import { paintLevels } from './page/pixels.ts';

/** A seven, until something is drawn. */
const sample: readonly Stroke[] = [
  [
    { x: 0.28, y: 0.2 },
    { x: 0.72, y: 0.18 },
    { x: 0.5, y: 0.5 },
    { x: 0.42, y: 0.84 },
  ],
  [
    { x: 0.36, y: 0.52 },
    { x: 0.64, y: 0.5 },
  ],
];

/** The way of a drawing to the network, in pictures: of what was read last, or of a sample. */
export function showHow(): (reading: Reading | undefined, strokes: readonly Stroke[]) => void {
  const ink = find('how-ink', HTMLCanvasElement);
  const bitmap = find('how-bitmap', HTMLCanvasElement);
  const seen = find('how-seen', HTMLCanvasElement);
  return (reading, strokes) => {
    const shown = reading ?? readStrokes(sample);
    const lines = reading ? strokes : sample;
    const context = context2d(ink);
    context.clearRect(0, 0, ink.width, ink.height);
    paintStrokes(context, lines, ink.width, cssColor('--ink'));
    ink.closest('li')!.hidden = lines.length === 0;
    if (!shown) return;
    paintLevels(bitmap, shown.bitmap, 1);
    paintLevels(seen, shown.pixels);
  };
}

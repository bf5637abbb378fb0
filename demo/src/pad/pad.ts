import type { Stroke } from '../ink/strokes.ts';
import { context2d, cssColor, make } from '../page/dom.ts';
import { Drawing } from './drawing.ts';
import { KeyboardPen } from './keyboard-pen.ts';
import { paintStrokes } from './paint-strokes.ts';
import { followPointer } from './pointer-pen.ts';

export interface PadOptions {
  /** What screen readers call it. */
  readonly label: string;
  /** Shown while nothing is drawn. */
  readonly hint: string;
  readonly onChange: (strokes: readonly Stroke[]) => void;
  /** Enter was pressed on it. */
  readonly onEnter?: () => void;
  /** More buttons, after undo and clear. */
  readonly tools?: readonly HTMLElement[];
}

export interface Pad {
  clear(): void;
  /** Paints it again, after colors or its size changed. */
  repaint(): void;
}

/** A square to draw on: with a finger, a pen, a mouse, or the keyboard. */
export function createPad(
  parent: HTMLElement,
  { label, hint, onChange, onEnter, tools = [] }: PadOptions,
): Pad {
  const id = parent.id;
  const canvas = make('canvas', {
    tabindex: 0,
    role: 'application',
    'aria-label': label,
    'aria-describedby': `${id}-keys`,
    'aria-roledescription': 'drawing pad',
  });
  const words = make('span', { class: 'pad-hint', 'aria-hidden': 'true' }, hint);
  const undo = make('button', { type: 'button', disabled: true }, 'Undo');
  const clear = make('button', { type: 'button', disabled: true }, 'Clear');
  const status = make('p', { class: 'hidden', role: 'status' });
  const keys = make(
    'p',
    { class: 'note keys', id: `${id}-keys` },
    ...[
      'Keyboard: ',
      make('kbd', {}, 'arrows'),
      ' move, ',
      make('kbd', {}, 'space'),
      ' sets the pen down and lifts it, ',
    ],
    ...[make('kbd', {}, '⌫'), ' takes back, ', make('kbd', {}, 'Del'), ' clears.'],
  );
  parent.append(
    make('div', { class: 'sheet' }, canvas, words),
    make('div', { class: 'tools' }, undo, clear, ...tools),
    keys,
    status,
  );

  let due = 0;
  let changed = false;
  const drawing = new Drawing(() => {
    undo.disabled = drawing.isEmpty;
    clear.disabled = drawing.isEmpty;
    words.hidden = !drawing.isEmpty;
    changed = true;
    repaint();
  });
  const pen = new KeyboardPen(drawing, {
    onMove: repaint,
    say: (text) => {
      status.textContent = text;
    },
  });

  function repaint(): void {
    if (due === 0) due = requestAnimationFrame(paint);
  }

  function paint(): void {
    due = 0;
    // Once a frame, however often the pen has moved.
    if (changed) onChange(drawing.strokes);
    changed = false;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    if (side === 0) return;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = context2d(canvas);
    context.clearRect(0, 0, side, side);
    paintStrokes(context, drawing.strokes, side, cssColor('--ink'));
    if (canvas.matches(':focus-visible')) pen.paint(context, side);
  }

  followPointer(canvas, drawing, () => pen.lift());
  canvas.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') onEnter?.();
    else if (!pen.press(event)) return;
    event.preventDefault();
  });
  canvas.addEventListener('keyup', (event) => pen.release(event.key));
  canvas.addEventListener('focus', repaint);
  canvas.addEventListener('blur', () => {
    pen.lift();
    repaint();
  });
  undo.addEventListener('click', () => drawing.undo());
  clear.addEventListener('click', () => drawing.clear());
  new ResizeObserver(repaint).observe(canvas);
  return { clear: () => drawing.clear(), repaint };
}

import type { Point } from '../ink/strokes.ts';
import type { Drawing } from './drawing.ts';
import { lineWidth } from './paint-strokes.ts';

/** Of one press of an arrow, as a share of the pad's side. */
const step = 1 / 24;

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface KeyboardPenOptions {
  readonly onMove: () => void;
  /** Tells who does not see it. */
  readonly say: (text: string) => void;
}

/** A pen that arrow keys move, two of them at once for a slant, and the space bar sets down. */
export class KeyboardPen {
  #at: Point = { x: 0.5, y: 0.25 };
  #down = false;
  readonly #pressed = new Set<string>();
  readonly #drawing: Drawing;
  readonly #options: KeyboardPenOptions;

  constructor(drawing: Drawing, options: KeyboardPenOptions) {
    this.#drawing = drawing;
    this.#options = options;
  }

  /** @returns whether the key means something here */
  press({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
    if ((ctrlKey || metaKey) && key.toLowerCase() === 'z') {
      if (shiftKey) this.#drawing.redo();
      else this.#drawing.undo();
      return true;
    }
    if (ctrlKey || metaKey || altKey) return false;
    if (key in arrows) this.#move(key);
    else if (key === ' ') this.#toggle();
    else if (key === 'Backspace') this.#change('taken back', () => this.#drawing.undo());
    else if (key === 'Delete') this.#change('cleared', () => this.#drawing.clear());
    else return false;
    return true;
  }

  release(key: string): void {
    this.#pressed.delete(key);
  }

  lift(): void {
    this.#pressed.clear();
    if (!this.#down) return;
    this.#down = false;
    this.#options.say('pen up');
  }

  /** Draws the tip: a ring, filled while the pen is down. */
  paint(context: CanvasRenderingContext2D, side: number): void {
    context.beginPath();
    context.arc(this.#at.x * side, this.#at.y * side, (lineWidth * side) / 2, 0, 2 * Math.PI);
    context.lineWidth = Math.max(2, side / 150);
    context.strokeStyle = getComputedStyle(context.canvas).getPropertyValue('--blue');
    context.fillStyle = context.strokeStyle;
    if (this.#down) context.fill();
    context.stroke();
  }

  #move(key: string): void {
    this.#pressed.add(key);
    let { x, y } = this.#at;
    for (const arrow of this.#pressed) {
      x += arrows[arrow]![0] * step;
      y += arrows[arrow]![1] * step;
    }
    this.#at = { x: Math.min(1, Math.max(0, x)), y: Math.min(1, Math.max(0, y)) };
    if (this.#down) this.#drawing.extend([this.#at]);
    this.#options.onMove();
  }

  #toggle(): void {
    this.#down = !this.#down;
    if (this.#down) this.#drawing.begin(this.#at);
    this.#options.say(this.#down ? 'pen down' : 'pen up');
    this.#options.onMove();
  }

  #change(said: string, change: () => void): void {
    this.#down = false;
    change();
    this.#options.say(said);
  }
}

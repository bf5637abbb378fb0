import type { Point, Stroke } from '../ink/strokes.ts';

/** A new point closer than this to the last one is left out, in shares of the pad's side. */
const closest = 0.004;

/** What is drawn on a pad, stroke by stroke. */
export class Drawing {
  #strokes: Point[][] = [];
  #undone: Point[][] = [];
  readonly #onChange: () => void;

  /** @param onChange called after each change */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get strokes(): readonly Stroke[] {
    return this.#strokes;
  }

  get isEmpty(): boolean {
    return this.#strokes.length === 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  begin(point: Point): void {
    this.#strokes.push([inside(point)]);
    this.#undone = [];
    this.#onChange();
  }

  /** Draws on from the last point. */
  extend(points: readonly Point[]): void {
    const stroke = this.#strokes.at(-1);
    if (!stroke) return;
    for (const point of points.map(inside)) {
      const last = stroke.at(-1)!;
      if (Math.hypot(point.x - last.x, point.y - last.y) >= closest) stroke.push(point);
    }
    this.#onChange();
  }

  undo(): void {
    const stroke = this.#strokes.pop();
    if (!stroke) return;
    this.#undone.push(stroke);
    this.#onChange();
  }

  redo(): void {
    const stroke = this.#undone.pop();
    if (!stroke) return;
    this.#strokes.push(stroke);
    this.#onChange();
  }

  /** `undo` can't bring it back. */
  clear(): void {
    this.#strokes = [];
    this.#undone = [];
    this.#onChange();
  }
}

const inside = ({ x, y }: Point): Point => ({
  x: Math.min(1, Math.max(0, x)),
  y: Math.min(1, Math.max(0, y)),
});

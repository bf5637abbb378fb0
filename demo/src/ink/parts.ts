export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Part extends Box {
  readonly pixels: readonly number[];
  readonly touchesEdge: boolean;
}

/** A part smaller than this share of the largest is a speck. */
const speck = 0.04;
/** A part this close to the largest belongs to it, as a share of the larger side of that; other writing is farther. */
const reach = 0.35;

/**
 * The digit of a mask: its largest connected part and those that belong to it, such as the bar of a 5. A part that
 * runs out of the picture, such as the edge of a table, is one only where there is nothing else.
 * @param mask 1 for ink, [height × width]
 * @returns undefined where there is no ink, or only specks
 */
export function digitIn(
  mask: Uint8Array,
  width: number,
  height: number,
): { box: Box; inside: Uint8Array } | undefined {
  const parts = partsOf(mask, width, height);
  const largest = (some: readonly Part[]): Part | undefined =>
    some.reduce<Part | undefined>(
      (best, part) => (part.pixels.length > (best?.pixels.length ?? 0) ? part : best),
      undefined,
    );
  const overall = largest(parts);
  if (!overall || overall.pixels.length < (width * height) / 1000) return undefined;
  const within = largest(parts.filter((part) => !part.touchesEdge));
  const main = within && within.pixels.length > overall.pixels.length * 0.1 ? within : overall;
  const kept = parts.filter(
    (part) =>
      part === main ||
      (part.touchesEdge === main.touchesEdge &&
        part.pixels.length >= main.pixels.length * speck &&
        gapBetween(part, main) <= reach * Math.max(main.width, main.height)),
  );
  const inside = new Uint8Array(mask.length);
  for (const { pixels } of kept) for (const pixel of pixels) inside[pixel] = 1;
  return { box: around(kept), inside };
}

function partsOf(mask: Uint8Array, width: number, height: number): Part[] {
  const seen = new Uint8Array(mask.length);
  const parts: Part[] = [];
  for (let start = 0; start < mask.length; start++)
    if (mask[start] && !seen[start]) parts.push(fill(mask, seen, start, width, height));
  return parts;
}

/** The part that a pixel belongs to, neighbours over corners included. */
function fill(mask: Uint8Array, seen: Uint8Array, start: number, width: number, height: number): Part {
  const pixels = [start];
  seen[start] = 1;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let at = 0; at < pixels.length; at++) {
    const x = pixels[at]! % width;
    const y = (pixels[at]! - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (!mask[next] || seen[next]) continue;
        seen[next] = 1;
        pixels.push(next);
      }
  }
  const touchesEdge = left === 0 || top === 0 || right === width - 1 || bottom === height - 1;
  return { pixels, left, top, width: right - left + 1, height: bottom - top + 1, touchesEdge };
}

/** Of two boxes; 0 where they overlap. */
function gapBetween(a: Box, b: Box): number {
  const x = Math.max(a.left, b.left) - Math.min(a.left + a.width, b.left + b.width);
  const y = Math.max(a.top, b.top) - Math.min(a.top + a.height, b.top + b.height);
  return Math.max(0, x, y);
}

function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  return {
    left,
    top,
    width: Math.max(...boxes.map((box) => box.left + box.width)) - left,
    height: Math.max(...boxes.map((box) => box.top + box.height)) - top,
  };
}

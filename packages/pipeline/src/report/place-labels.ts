/** A point on a drawing in pixels, and the words that belong beside it. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LabelStyle {
  readonly fontSize: number;
  readonly symbolSize: number;
  /** What labels should rather not cover. */
  readonly obstacles?: readonly Box[];
}

/** Where a label stands, as ECharts says it: a side of the point, and a shift in pixels. */
export interface Placement {
  readonly position: 'right' | 'left' | 'top' | 'bottom';
  readonly offset: readonly [x: number, y: number];
}

/** The four sides first; then up or down beside the point by so many pixels, for points that crowd together. */
const shifts = [9, 18, 29, 40];
const candidates: readonly Placement[] = [
  ...(['right', 'left', 'top', 'bottom'] as const).map(
    (position): Placement => ({ position, offset: [0, 0] }),
  ),
  ...shifts.flatMap((shift): Placement[] => [
    { position: 'right', offset: [-2, -shift] },
    { position: 'right', offset: [-2, shift] },
    { position: 'left', offset: [2, -shift] },
    { position: 'left', offset: [2, shift] },
  ]),
];
const rounds = 6;
/** Letters of system fonts are about 0.58 as wide as the font is large; a little more, to be safe. */
const letterWidth = 0.6;

/** How far a label stands from the middle of its point. */
export const labelDistance = 5;

/**
 * Chooses for each point where its label stands, so that labels cover neither each other nor points and stay in the
 * area: in a few rounds each label moves to where it collides least (coordinate descent over places around the
 * point, as in cartography's point-feature label placement).
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  area: Box,
  { fontSize, symbolSize, obstacles = [] }: LabelStyle,
): Placement[] {
  const half = symbolSize / 2;
  const symbols = points.map(({ x, y }) => ({
    left: x - half,
    top: y - half,
    right: x + half,
    bottom: y + half,
  }));
  const boxOf = (i: number, placement: Placement): Box => labelBox(points[i]!, placement, fontSize, half);
  const chosen = points.map(() => candidates[0]!);
  const cost = (i: number, placement: Placement): number => {
    const box = boxOf(i, placement);
    let total = 50 * (size(box) - overlap(box, area)) + candidates.indexOf(placement);
    for (const obstacle of obstacles) total += 3 * overlap(box, obstacle);
    for (let j = 0; j < points.length; j++) {
      if (j !== i) total += 10 * overlap(box, symbols[j]!) + 10 * overlap(box, boxOf(j, chosen[j]!));
    }
    return total;
  };
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < points.length; i++) {
      for (const candidate of candidates) {
        if (cost(i, candidate) < cost(i, chosen[i]!)) chosen[i] = candidate;
      }
    }
  }
  return chosen;
}

/** The room a label takes at a place. */
export function labelBox(point: LabelledPoint, placement: Placement, fontSize: number, half: number): Box {
  const width = point.label.length * fontSize * letterWidth;
  const height = fontSize * 1.2;
  const away = half + labelDistance;
  const { position } = placement;
  const x = point.x + placement.offset[0];
  const y = point.y + placement.offset[1];
  const left = position === 'right' ? x + away : position === 'left' ? x - away - width : x - width / 2;
  const top = position === 'top' ? y - away - height : position === 'bottom' ? y + away : y - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}

function size(box: Box): number {
  return (box.right - box.left) * (box.bottom - box.top);
}

/** Area that two boxes share. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

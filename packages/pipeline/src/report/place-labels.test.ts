import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelledPoint, labelBox, overlap, placeLabels } from './place-labels.ts';

const area = { left: 60, top: 40, right: 540, bottom: 300 };
const sizes = { fontSize: 12, symbolSize: 12 };
const boxes = (points: readonly LabelledPoint[]) =>
  placeLabels(points, area, sizes).map((placement, i) => labelBox(points[i]!, placement, 12, 6));

describe('placeLabels', () => {
  it('puts a lone label to the right', () => {
    expect(placeLabels([{ x: 100, y: 100, label: 'float32' }], area, sizes)).toEqual([
      { position: 'right', offset: [0, 0] },
    ]);
  });

  it('keeps a label inside at the right edge', () => {
    const [box] = boxes([{ x: 530, y: 100, label: 'pruned-magnitude' }]);
    expect(box!.right).toBeLessThanOrEqual(area.right);
  });

  it('separates the labels of points on one spot', () => {
    const spot = { x: 300, y: 150 };
    const [a, b, c] = boxes(['float16', 'int8-dynamic', 'int8-static'].map((label) => ({ ...spot, label })));
    expect(overlap(a!, b!) + overlap(b!, c!) + overlap(a!, c!)).toBe(0);
  });

  it('separates the labels of six points on one spot beside a line', () => {
    const names = ['float16', 'int8-dynamic', 'int8-u8s8', 'int8-s8s8', 'int8-percentile', 'float32'];
    const placed = boxes(names.map((label) => ({ x: 250, y: 250, label })));
    const shared = placed.flatMap((a, i) => placed.slice(i + 1).map((b) => overlap(a, b)));
    expect(Math.max(...shared)).toBe(0);
  });

  it('overlaps less than labels that are all on the right', () => {
    const point = fc.record({
      x: fc.integer({ min: 60, max: 540 }),
      y: fc.integer({ min: 40, max: 300 }),
      label: fc.stringMatching(/^[a-z0-9-]{4,16}$/),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 9 }), (points) => {
        const collisions = (all: ReturnType<typeof boxes>) =>
          all.reduce((sum, a, i) => sum + all.slice(i + 1).reduce((s, b) => s + overlap(a, b), 0), 0);
        const outside = (all: ReturnType<typeof boxes>) =>
          all.reduce(
            (sum, box) => sum + (box.right - box.left) * (box.bottom - box.top) - overlap(box, area),
            0,
          );
        const naive = points.map((p) => labelBox(p, { position: 'right', offset: [0, 0] }, 12, 6));
        const placed = boxes(points);
        expect(outside(placed)).toBeLessThanOrEqual(outside(naive) + collisions(naive) + 1);
      }),
      { numRuns: 40 },
    );
  });
});

import type { Random } from '../random.ts';
import type { Hand, Stroke } from './strokes.ts';
import type { Style } from './style.ts';

/** Corners of the field of displacements that bends a digit, a side. */
const knots = 4;
const stepsPerCurvePoint = 5;

/** A stroke as a chain of points in pixels: x, y, x, y… */
export type Chain = Float64Array;

/**
 * One person's try at a hand: its points jittered, bent by a coarse random field (the elastic distortion of Simard,
 * Steinkraus and Platt, 2003, on the outline instead of the picture), then slanted, scaled, turned and placed.
 * No sine or exponential is used, so that every machine places the points alike.
 */
export function placeHand(hand: Hand, random: Random, style: Style, height: number, width: number): Chain[] {
  const bend = randomField(random, 0.055);
  const slant = style.slant[0] + style.slant[1] * random.normal();
  const scaleY = height * random.uniform(0.6, 0.8);
  const scaleX = Math.min(width, height) * random.uniform(0.55, 0.85);
  const tangent = 0.1 * random.normal();
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  const centerX = width * (0.5 + 0.035 * random.normal());
  const centerY = height * (0.5 + 0.035 * random.normal());
  return hand.map((stroke) => {
    const chain = stroke.kind === 'curve' ? smooth(jitter(stroke, random)) : jitter(stroke, random);
    for (let i = 0; i < chain.length; i += 2) {
      const [dx, dy] = bend(chain[i]!, chain[i + 1]!);
      const y = (chain[i + 1]! + dy - 0.5) * scaleY;
      const x = (chain[i]! + dx - 0.5) * scaleX - slant * y;
      chain[i] = centerX + cosine * x - sine * y;
      chain[i + 1] = centerY + sine * x + cosine * y;
    }
    return chain;
  });
}

function jitter({ points }: Stroke, random: Random): Chain {
  const moved = Float64Array.from(points, (coordinate) => coordinate + 0.022 * random.normal());
  const last = points.length - 2;
  // A closed curve stays closed.
  if (points[0] === points[last] && points[1] === points[last + 1]) {
    moved[last] = moved[0]!;
    moved[last + 1] = moved[1]!;
  }
  return moved;
}

/** Catmull–Rom spline through the points (Catmull and Rom, 1974), sampled. */
function smooth(points: Chain): Chain {
  const count = points.length / 2;
  const closed = points[0] === points.at(-2) && points[1] === points.at(-1);
  const at = (i: number, axis: number): number => {
    const wrapped = closed ? (i + count - 1) % (count - 1) : Math.min(Math.max(i, 0), count - 1);
    return points[wrapped * 2 + axis]!;
  };
  const chain = new Float64Array(((count - 1) * stepsPerCurvePoint + 1) * 2);
  for (let i = 0; i < count - 1; i++) {
    for (let axis = 0; axis < 2; axis++) {
      const [a, b, c, d] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)];
      for (let step = 0; step < stepsPerCurvePoint; step++) {
        const t = step / stepsPerCurvePoint;
        const cubic = (3 * (b - c) + d - a) * t + (2 * a - 5 * b + 4 * c - d);
        chain[(i * stepsPerCurvePoint + step) * 2 + axis] = b + 0.5 * t * (c - a + t * cubic);
      }
    }
  }
  chain[chain.length - 2] = at(count - 1, 0);
  chain[chain.length - 1] = at(count - 1, 1);
  return chain;
}

/** Displacements at knots × knots corners, linear in between. */
function randomField(random: Random, strength: number): (x: number, y: number) => [number, number] {
  const corners = Float64Array.from({ length: knots * knots * 2 }, () => strength * random.normal());
  return (x, y) => {
    const u = Math.min(Math.max(x, 0), 1) * (knots - 1);
    const v = Math.min(Math.max(y, 0), 1) * (knots - 1);
    const column = Math.min(Math.floor(u), knots - 2);
    const row = Math.min(Math.floor(v), knots - 2);
    const fu = u - column;
    const fv = v - row;
    const along = (axis: number): number => {
      const at = (r: number, c: number): number => corners[((row + r) * knots + column + c) * 2 + axis]!;
      return (at(0, 0) * (1 - fu) + at(0, 1) * fu) * (1 - fv) + (at(1, 0) * (1 - fu) + at(1, 1) * fu) * fv;
    };
    return [along(0), along(1)];
  };
}

import { createHash } from 'node:crypto';
import type { Json } from '@trainyard/registry';
import { JobError } from '../errors.ts';
import { type Dimension, isRange, type Parameters, pathsOf, type Range, type Space } from './space.ts';

/**
 * Drawn settings have this many digits: easy to read, and the same on every machine, whose logarithms may differ in
 * the last bits.
 */
const digits = 6;

/** Draws one setting for each path. It depends on seed, draw and path alone, so another path changes no other setting. */
export function draw(space: Space, seed: number, index: number): Parameters {
  return Object.fromEntries(
    pathsOf(space).map((path) => [path, settingAt(space[path]!, uniform(`${seed}\n${index}\n${path}`))]),
  );
}

/** The first `count` different draws. @throws JobError where ranges are so narrow that there are not as many */
export function distinctDraws(space: Space, seed: number, count: number): Parameters[] {
  const found = new Map<string, Parameters>();
  for (let index = 0; found.size < count; index++) {
    if (index > 1000 * (count + 1))
      throw new JobError(
        'sweep space',
        `room for ${count} different trials`,
        `${found.size}`,
        'make its ranges wider, or ask for fewer',
      );
    const parameters = draw(space, seed, index);
    const key = JSON.stringify(parameters);
    if (!found.has(key)) found.set(key, parameters);
  }
  return [...found.values()];
}

/** 53 bits of a digest as a number from 0 to below 1. */
function uniform(text: string): number {
  const bits = createHash('sha256').update(text).digest().readBigUInt64BE() >> 11n;
  return Number(bits) / 2 ** 53;
}

/** The setting at a place of a dimension. @param u from 0 to below 1, evenly on the dimension's scale */
function settingAt(dimension: Dimension, u: number): Json {
  if (!isRange(dimension)) return dimension.values[Math.floor(u * dimension.values.length)]!;
  const { max, integer } = dimension;
  // Whole numbers take the place up to the next one: on the scale log, k has the share log((k + 1) / k).
  if (integer) return Math.min(max, Math.floor(between({ ...dimension, max: max + 1 }, u)));
  return rounded(dimension, between(dimension, u));
}

/** `steps` settings of a range, evenly on its scale from min to max; fewer where whole numbers coincide. */
export function gridOf(dimension: Dimension): readonly Json[] {
  if (!isRange(dimension)) return dimension.values;
  const { steps = 2, integer } = dimension;
  const points = Array.from({ length: steps }, (_, i) => {
    const value = between(dimension, i / (steps - 1));
    return integer ? Math.round(value) : rounded(dimension, value);
  });
  return [...new Set(points)];
}

const between = ({ min, max, scale }: Range, u: number): number =>
  scale === 'log' ? min * (max / min) ** u : min + (max - min) * u;

const rounded = ({ min, max }: Range, value: number): number =>
  Math.min(max, Math.max(min, Number(value.toPrecision(digits))));

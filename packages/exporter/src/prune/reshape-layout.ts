import { sizeOf } from '@trainyard/autograd';
import type { Atoms, Axis, Layout } from './atoms.ts';

/** Axes of the input and of the output of a reshape that hold the same elements. */
export interface Block {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Splits two shapes of as many elements into the smallest blocks of neighbouring axes that correspond. */
export function matchBlocks(from: readonly number[], to: readonly number[]): Block[] {
  const blocks: { from: number[]; to: number[] }[] = [];
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const block = { from: [i], to: [j] };
    let [a, b] = [from[i++]!, to[j++]!];
    while (a !== b) {
      if (a < b && i < from.length) {
        block.from.push(i);
        a *= from[i++]!;
      } else if (j < to.length) {
        block.to.push(j);
        b *= to[j++]!;
      } else break;
    }
    blocks.push(block);
  }
  // What is left on one side has size 1.
  const last = blocks.at(-1);
  while (last && i < from.length) last.from.push(i++);
  while (last && j < to.length) last.to.push(j++);
  return blocks;
}

/**
 * The layout of the result of a reshape. Flattened channels come out as runs (one channel is H·W columns), channels
 * that are split into groups as groups that go whole; what can't be followed is frozen.
 */
export function reshapeLayout(
  atoms: Atoms,
  layout: Layout,
  from: readonly number[],
  to: readonly number[],
  where: string,
): Layout {
  const result: (Axis | undefined)[] = to.map(() => undefined);
  for (const block of matchBlocks(from, to)) {
    const tracked = block.from.filter((axis) => layout[axis] && from[axis]! > 1);
    const sizes = block.to.map((axis) => to[axis]!);
    if (tracked.length === 0) continue;
    const found =
      tracked.length === 1 ? place(atoms, flatAtoms(layout, from, block, tracked[0]!), sizes) : undefined;
    if (found) result[block.to[found.at]!] = found.axis;
    else for (const axis of tracked) atoms.freeze(layout[axis]!, `${where} mixes it with other axes`);
  }
  return result;
}

/** The atom of every element of a block, in order. */
function flatAtoms(layout: Layout, from: readonly number[], block: Block, tracked: number): Axis {
  const at = block.from.indexOf(tracked);
  const inner = sizeOf(block.from.slice(at + 1).map((axis) => from[axis]!));
  const total = sizeOf(block.from.map((axis) => from[axis]!));
  const axis = layout[tracked]!;
  return Int32Array.from({ length: total }, (_, i) => axis[Math.floor(i / inner) % axis.length]!);
}

/** Finds the axis of the result along which the atoms lie, or groups of them, which are then merged. */
function place(atoms: Atoms, flat: Axis, sizes: readonly number[]): { at: number; axis: Axis } | undefined {
  if (sizes.length === 1) return { at: 0, axis: flat };
  for (let at = 0; at < sizes.length; at++) {
    if (sizes[at] === 1) continue;
    const inner = sizeOf(sizes.slice(at + 1));
    const heads = Int32Array.from({ length: sizes[at]! }, (_, i) => flat[i * inner]!);
    if (flat.every((atom, i) => atom === heads[Math.floor(i / inner) % heads.length]))
      return { at, axis: heads };
  }
  const at = sizes.findIndex((size) => size > 1);
  const inner = sizeOf(sizes.slice(at + 1));
  const runs = Array.from({ length: sizes[at]! }, (_, i) => flat.subarray(i * inner, (i + 1) * inner));
  for (const run of runs) atoms.merge(run);
  const axis = Int32Array.from(runs, (run) => run[0]!);
  return new Set(Array.from(axis, (atom) => atoms.root(atom))).size > 1 ? { at, axis } : undefined;
}

import { type InferInput, InputError, nodeFlops } from '@trainyard/autograd';
import type { Graph, Node, Value } from '@trainyard/onnx-ir';
import type { InferredGraph } from '../analyze/infer-graph.ts';
import type { Axis } from './atoms.ts';
import type { Coupling } from './coupling.ts';
import { Cut } from './cut.ts';
import type { Unit } from './units.ts';

export interface Limits {
  /** The number of channels of a layer stays a multiple of this. */
  readonly divisor: number;
  /** The largest share of a layer's channels that is cut. */
  readonly maxShare: number;
}

/** Units that are cut together so that the number of channels stays a multiple of the divisor. */
interface Step {
  readonly units: readonly Unit[];
  readonly score: number;
}

/** What may be cut of a group, in order. */
function stepsOf(group: readonly Unit[], { divisor, maxShare }: Limits): Step[] {
  const width = Math.max(...group.map((unit) => unit.width));
  const size = divisor / gcd(divisor, width);
  const most = Math.min(group.length - size, Math.floor(group.length * maxShare));
  const steps: Step[] = [];
  let at = 0;
  let score = 0;
  for (let take = group.length % size || size; at + take <= most; take = size) {
    const units = group.slice(at, at + take);
    // Never below the one before, so that a global order keeps the order in the group.
    score = Math.max(score, units.reduce((sum, unit) => sum + unit.score, 0) / take);
    steps.push({ units, score });
    at += take;
  }
  return steps;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The same share of every group. */
export function chooseByShare(groups: readonly Unit[][], share: number, limits: Limits): Set<number> {
  const roots = new Set<number>();
  for (const group of groups) {
    let left = Math.round(group.length * share);
    for (const { units } of stepsOf(group, { ...limits, maxShare: 1 })) {
      left -= units.length;
      if (left < 0) break;
      for (const unit of units) roots.add(unit.root);
    }
  }
  return roots;
}

/**
 * The least important units over all layers whose cut takes away at least the asked share of the FLOPs; of the
 * divisors, the first that allows as much decides.
 * @throws InputError when none of them does
 */
export function chooseByFlops(
  graph: Graph,
  groups: readonly Unit[][],
  coupling: Coupling,
  inferred: InferredGraph,
  share: number,
  { divisors, maxShare }: { readonly divisors: readonly number[]; readonly maxShare: number },
): { readonly roots: Set<number>; readonly divisor: number } {
  let best = 0;
  for (const divisor of divisors) {
    const found = chooseWithin(graph, groups, coupling, inferred, share, { divisor, maxShare });
    if (found instanceof Set) return { roots: found, divisor };
    best = Math.max(best, found);
  }
  throw new InputError(
    'pruneChannels',
    `at most ${percent(best)} fewer FLOPs, which is what can be cut of this model`,
    percent(share),
    'ask for less, raise maxShare, or exclude less',
  );
}

/** What to cut, or the share that can be cut where that is less than the asked one. */
function chooseWithin(
  graph: Graph,
  groups: readonly Unit[][],
  coupling: Coupling,
  inferred: InferredGraph,
  share: number,
  limits: Limits,
): Set<number> | number {
  const steps = groups.flatMap((group) => stepsOf(group, limits)).sort((a, b) => a.score - b.score);
  const rootsOf = (count: number) =>
    new Set(steps.slice(0, count).flatMap((step) => step.units.map((unit) => unit.root)));
  const flopsOf = (count: number) => flopsAfter(coupling, inferred, new Cut(graph, coupling, rootsOf(count)));
  const target = flopsOf(0) * (1 - share);
  let [low, high] = [0, steps.length];
  const least = flopsOf(high);
  if (least > target) return 1 - least / flopsOf(0);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (flopsOf(middle) <= target) high = middle;
    else low = middle + 1;
  }
  return rootsOf(low);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The FLOPs of the graph as it will be, without building it. */
function flopsAfter({ layouts }: Coupling, { types, flops }: InferredGraph, cut: Cut): number {
  const sizes = new Map<Axis, number>();
  const sizeOf = (axis: Axis) => {
    const size = sizes.get(axis) ?? cut.size(axis);
    sizes.set(axis, size);
    return size;
  };
  const cutType = (value: Value | undefined): InferInput | undefined => {
    const type = value && types.get(value);
    if (!type) return undefined;
    const layout = layouts.get(value!);
    const shape = type.shape.map((size, i) => (layout?.[i] ? sizeOf(layout[i]) : size));
    return { dtype: type.dtype, shape };
  };
  const after = ([node, before]: [Node, number]): number =>
    nodeFlops(node, node.inputs.map(cutType), node.outputs.map(cutType)) ?? before;
  return [...flops].map(after).reduce((a, b) => a + b, 0);
}

import { InputError, sizeOf } from '@trainyard/autograd';
import { type Graph, isViewable, type Node, type TensorData, type Value } from '@trainyard/onnx-ir';
import type { Axis } from './atoms.ts';
import type { Coupling } from './coupling.ts';

export type ChannelCriterion = 'l1' | 'l2' | 'bn-scale';

/** A constant whose indices along one axis make channels: the filters of a convolution, the columns of a product. */
export interface Filters {
  readonly node: Node;
  readonly weight: Value;
  readonly axis: Axis;
  readonly at: number;
}

/** Channels that are cut together or not at all, over however many layers. */
export interface Unit {
  /** The atom that stands for them. */
  readonly root: number;
  /** How little they matter: the mean of their norms, each over the mean norm of its layer. */
  readonly score: number;
  /** The most channels of one layer among them. */
  readonly width: number;
}

/** The constants that producers' axes belong to. */
export function findFilters(graph: Graph, coupling: Coupling): Filters[] {
  const places = new Map<Axis, { weight: Value; at: number }>();
  for (const weight of graph.initializers)
    coupling.layouts.get(weight)?.forEach((axis, at) => {
      if (axis) places.set(axis, { weight, at });
    });
  return coupling.producers.flatMap(({ node, axis }) => {
    const place = places.get(axis);
    return place ? [{ node, axis, ...place }] : [];
  });
}

/**
 * The units that may be cut, in groups that pass through the same axes of the same tensors, least important first.
 * Filters are ranked by norm: Li et al. 2017, "Pruning Filters for Efficient ConvNets", arXiv:1608.08710; or by the
 * scale of their batch normalization: Liu et al. 2017, "Network Slimming", arXiv:1708.06519.
 */
export function findGroups(
  coupling: Coupling,
  filters: readonly Filters[],
  graph: Graph,
  criterion: ChannelCriterion,
): Unit[][] {
  const { atoms } = coupling;
  const norms = collectNorms(coupling, filters, criterion === 'l1' ? 1 : 2);
  const scales = criterion === 'bn-scale' ? collectScales(coupling, graph) : new Map<number, Ranked>();
  const signatures = signaturesOf(coupling);
  const groups = new Map<string, Unit[]>();
  for (const [root, ranked] of norms) {
    if (atoms.reason(root) !== undefined) continue;
    const scores = scales.get(root)?.scores ?? ranked.scores;
    const unit = { root, score: mean(scores), width: Math.max(...ranked.widths.values()) };
    const key = signatures.get(root)!.join();
    const group = groups.get(key);
    if (group) group.push(unit);
    else groups.set(key, [unit]);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => a.score - b.score || a.root - b.root));
}

interface Ranked {
  readonly scores: number[];
  readonly widths: Map<Axis, number>;
}

function collectNorms(coupling: Coupling, filters: readonly Filters[], power: 1 | 2): Map<number, Ranked> {
  const ranked = new Map<number, Ranked>();
  for (const { weight, at, axis } of filters)
    addScores(ranked, coupling, axis, filterNorms(weight.data!, at, power));
  return ranked;
}

function collectScales(coupling: Coupling, graph: Graph): Map<number, Ranked> {
  const ranked = new Map<number, Ranked>();
  for (const value of graph.initializers) {
    const [axis] = coupling.layouts.get(value) ?? [];
    if (axis && coupling.scales.includes(axis))
      addScores(ranked, coupling, axis, filterNorms(value.data!, 0, 1));
  }
  return ranked;
}

function addScores(
  ranked: Map<number, Ranked>,
  { atoms }: Coupling,
  axis: Axis,
  norms: readonly number[],
): void {
  const typical = mean(norms) || 1;
  axis.forEach((atom, i) => {
    const root = atoms.root(atom);
    let unit = ranked.get(root);
    if (!unit) {
      unit = { scores: [], widths: new Map() };
      ranked.set(root, unit);
    }
    unit.scores.push(norms[i]! / typical);
    unit.widths.set(axis, (unit.widths.get(axis) ?? 0) + 1);
  });
}

/** The L1 or L2 norm of the weights at every index along an axis. */
function filterNorms(data: TensorData, at: number, power: 1 | 2): number[] {
  const { dims, dtype } = data;
  if (!isViewable(dtype) || dtype === 'float16' || dtype === 'bfloat16')
    throw new InputError('pruneChannels', 'weights of float32', dtype, 'prune before you convert the model');
  const view = data.view(dtype);
  const inner = sizeOf(dims.slice(at + 1));
  const norms = new Array<number>(dims[at]!).fill(0);
  for (let i = 0; i < view.length; i++) {
    const value = Math.abs(Number(view[i]));
    norms[Math.floor(i / inner) % norms.length]! += power === 1 ? value : value * value;
  }
  return power === 1 ? norms : norms.map(Math.sqrt);
}

/** The axes that each unit lies on: units that lie on the same ones are alternatives to each other. */
function signaturesOf({ atoms, layouts }: Coupling): Map<number, number[]> {
  const axes = new Set(
    [...layouts.values()].flatMap((layout) => layout.filter((axis) => axis !== undefined)),
  );
  const signatures = new Map<number, number[]>();
  [...axes].forEach((axis, id) => {
    for (const root of new Set(Array.from(axis, (atom) => atoms.root(atom)))) {
      const ids = signatures.get(root);
      if (ids) ids.push(id);
      else signatures.set(root, [id]);
    }
  });
  return signatures;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

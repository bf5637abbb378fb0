import { InputError } from '@trainyard/autograd';
import { eliminateDeadNodes, liftConstants } from '@trainyard/autograd/passes';
import { cloneModel, type Model } from '@trainyard/onnx-ir';
import type { ShapeOptions } from '../analyze/concrete-inputs.ts';
import { countFlops, countParameters } from '../analyze/count.ts';
import { inferGraph } from '../analyze/infer-graph.ts';
import { chooseByFlops, chooseByShare } from './choose.ts';
import { type Coupling, coupleChannels } from './coupling.ts';
import { applyCut } from './cut.ts';
import { rules } from './rules/index.ts';
import { type ChannelCriterion, type Filters, findFilters, findGroups, type Unit } from './units.ts';

export interface ChannelPruningOptions {
  /** The share of the model's FLOPs to save, 0 to 1: the least important channels over all layers go. */
  readonly flopsReduction?: number;
  /** Or: the share of the channels of every layer. */
  readonly ratio?: number;
  /** Or: these channels, by the name of the weight that makes them. Those tied to them go too. */
  readonly channels?: Readonly<Record<string, readonly number[]>>;
  /** How channels are ranked; by the L2 norm of their filters unless given. */
  readonly criterion?: ChannelCriterion;
  /** Names of nodes or weights whose channels all stay. */
  readonly exclude?: readonly string[];
  /** Shape of the input, where more than its first dimension is open. */
  readonly inputShape?: ShapeOptions['inputShape'];
  /**
   * The number of channels of a layer stays a multiple of this, and is at least this. Unless given, `flopsReduction`
   * takes the largest of 16, 8, 4, 2 and 1 that lets it save what is asked: on x86, ONNX Runtime computes channels
   * in blocks (16 with AVX-512, 8 with AVX2), and a layer that does not fill them can be slower than a larger one.
   * The other ways of pruning take 1.
   */
  readonly divisor?: number;
  /** The largest share of a layer's channels that `flopsReduction` may cut; 0.8 unless given. */
  readonly maxShare?: number;
}

/** What happened to one layer that makes channels. */
export interface PrunedLayer {
  readonly node: string;
  readonly weight: string;
  readonly channels: number;
  /** The channels that went, by their old indices. */
  readonly cut: readonly number[];
  /** Why none of its channels could be cut, where that is so. */
  readonly refused?: string;
}

export interface ChannelPruningReport {
  readonly flops: { readonly before: number; readonly after: number };
  readonly parameters: { readonly before: number; readonly after: number };
  /** What the numbers of channels are multiples of, unless they were before. */
  readonly divisor: number;
  readonly layers: readonly PrunedLayer[];
}

const blockSizes = [16, 8, 4, 2, 1];

/**
 * Structured pruning of any model: whole channels go, with all that is tied to them through batch normalization,
 * elementwise operators, pooling, concatenation, flattening, residual sums (all branches alike), depthwise and grouped
 * convolutions (whole groups) and gates; so the model that is left is an ordinary, smaller one. What the outputs
 * depend on, and what passes an operator we have no rule for, is never cut: the report says why.
 * Groups are found as in DepGraph (Fang et al. 2023, arXiv:2301.12900); filters are ranked by norm, as Li et al. 2017
 * (arXiv:1608.08710) do, relative to the mean of their layer so that layers compare.
 * @throws InputError when what is asked for can't be cut, or the options are not valid
 */
export function pruneChannels(
  model: Model,
  options: ChannelPruningOptions,
): { readonly model: Model; readonly report: ChannelPruningReport } {
  checkOptions(options);
  const pruned = cloneModel(model);
  const { graph } = pruned;
  liftConstants(graph);
  const shapes = { inputShape: options.inputShape };
  const coupling = coupleChannels(pruned, rules, shapes);
  const filters = findFilters(graph, coupling);
  for (const { node, weight, axis } of filters)
    if (options.exclude?.some((name) => name === node.name || name === weight.name))
      coupling.atoms.freeze(axis, 'it is excluded');
  const before = countFlops(model, shapes).total;
  const groups = findGroups(coupling, filters, graph, options.criterion ?? 'l2');
  const { roots, divisor } = chooseRoots(pruned, coupling, filters, groups, options);
  const alone = new Set(groups.flatMap((group) => (group.length === 1 ? [group[0]!.root] : [])));
  const layers = filters.map((layer) => describeLayer(layer, coupling, roots, alone));
  const parameters = countParameters(model);
  applyCut(graph, coupling, roots);
  eliminateDeadNodes.run(pruned);
  return {
    model: pruned,
    report: {
      flops: { before, after: countFlops(pruned, shapes).total },
      parameters: { before: parameters, after: countParameters(pruned) },
      divisor,
      layers,
    },
  };
}

function chooseRoots(
  { graph }: Model,
  coupling: Coupling,
  filters: readonly Filters[],
  groups: readonly Unit[][],
  options: ChannelPruningOptions,
): { readonly roots: ReadonlySet<number>; readonly divisor: number } {
  const { channels, ratio, flopsReduction, inputShape, divisor = 1, maxShare = 0.8 } = options;
  if (channels) return { roots: explicitRoots(channels, coupling, filters), divisor };
  if (ratio !== undefined) return { roots: chooseByShare(groups, ratio, { divisor, maxShare }), divisor };
  const inferred = inferGraph(graph, { inputShape });
  const divisors = options.divisor === undefined ? blockSizes : [divisor];
  return chooseByFlops(graph, groups, coupling, inferred, flopsReduction!, { divisors, maxShare });
}

function explicitRoots(
  channels: Readonly<Record<string, readonly number[]>>,
  { atoms, layouts }: Coupling,
  filters: readonly Filters[],
): Set<number> {
  const roots = new Set<number>();
  for (const [name, indices] of Object.entries(channels)) {
    const layer = filters.find(({ weight }) => weight.name === name);
    if (!layer)
      throw new InputError('pruneChannels', `weights ${filters.map(({ weight }) => weight.name)}`, name);
    for (const i of indices) {
      const atom = layer.axis[i];
      if (atom === undefined)
        throw new InputError('pruneChannels', `channels 0 to ${layer.axis.length - 1} of ${name}`, `${i}`);
      const reason = atoms.reason(atom);
      if (reason)
        throw new InputError('pruneChannels', 'channels that can be cut', `${i} of ${name}: ${reason}`);
      roots.add(atoms.root(atom));
    }
  }
  for (const [value, layout] of layouts)
    if (layout.some((axis) => axis?.length && axis.every((atom) => roots.has(atoms.root(atom)))))
      throw new InputError('pruneChannels', `a channel left of ${value.name}`, 'a cut of all of them');
  return roots;
}

function describeLayer(
  { node, weight, axis }: Filters,
  { atoms }: Coupling,
  roots: ReadonlySet<number>,
  alone: ReadonlySet<number>,
): PrunedLayer {
  const reasons = Array.from(axis, (atom) => {
    const root = atoms.root(atom);
    return atoms.reason(root) ?? (alone.has(root) ? 'a tensor would be left without channels' : undefined);
  });
  const cut = [...axis.keys()].filter((i) => roots.has(atoms.root(axis[i]!)));
  const isRefused = cut.length === 0 && reasons.every((reason) => reason !== undefined);
  return {
    node: node.name,
    weight: weight.name,
    channels: axis.length,
    cut,
    ...(isRefused && { refused: reasons[0] }),
  };
}

function checkOptions({
  flopsReduction,
  ratio,
  channels,
  divisor = 1,
  maxShare = 0.5,
}: ChannelPruningOptions): void {
  const given = [flopsReduction, ratio, channels].filter((goal) => goal !== undefined);
  if (given.length !== 1)
    throw new InputError(
      'pruneChannels',
      'one of flopsReduction, ratio and channels',
      `${given.length} of them`,
    );
  for (const [name, share] of Object.entries({ flopsReduction, ratio, maxShare }))
    if (share !== undefined && !(share >= 0 && share < 1))
      throw new InputError('pruneChannels', `${name} from 0 to 1, 1 not included`, `${share}`);
  if (!Number.isInteger(divisor) || divisor < 1)
    throw new InputError('pruneChannels', 'a divisor of 1 or more', `${divisor}`);
}

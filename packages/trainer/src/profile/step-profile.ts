import { type Origin, originOf, type StepPart } from './origins.ts';
import type { NodeTime } from './ort-profile.ts';

/** A group of nodes in one step. */
export interface TimeShare {
  readonly nodes: number;
  readonly milliseconds: number;
  /** Of the time of all nodes, 0 to 1. */
  readonly share: number;
}

/** Nodes of one operator that one module needs for one part of the step. */
export interface ProfileRow extends TimeShare {
  /** Its path, `layer1.0.conv1`; or `loss`, `metrics`, `update` (what serves all parameters), `other`. */
  readonly module: string;
  readonly part: StepPart;
  /** As ONNX Runtime runs it: `FusedConv`, `ReorderInput`. */
  readonly opType: string;
}

export interface ModuleTime extends TimeShare {
  readonly module: string;
  /** Class of the module, `Conv2d`, where it is one. */
  readonly kind?: string;
  /** Milliseconds by part. */
  readonly parts: Readonly<Partial<Record<StepPart, number>>>;
}

export interface OperatorShare extends TimeShare {
  readonly opType: string;
}

/** Where the time of a training step goes. All lists have the slowest first. */
export interface StepProfile {
  /** Of all nodes in one step: each the median over the steps that were measured. */
  readonly milliseconds: number;
  readonly batchSize: number;
  /** Steps that were measured. */
  readonly steps: number;
  readonly rows: readonly ProfileRow[];
  readonly modules: readonly ModuleTime[];
  readonly operators: readonly OperatorShare[];
}

interface Placed extends NodeTime, Origin {}

/** Adds up the times of nodes by where they come from. @param kinds classes of modules by their paths */
export function groupTimes(
  nodes: readonly NodeTime[],
  origins: ReadonlyMap<string, Origin>,
  kinds: ReadonlyMap<string, string>,
): Pick<StepProfile, 'milliseconds' | 'rows' | 'modules' | 'operators'> {
  const placed = nodes.map((node): Placed => ({ ...node, ...originOf(node.name, origins) }));
  const milliseconds = sum(placed);
  const grouped = <T>(keyOf: (node: Placed) => string, describe: (group: readonly Placed[]) => T) =>
    groups(placed, keyOf)
      .map((group) => {
        const time = sum(group);
        const share = milliseconds > 0 ? time / milliseconds : 0;
        return { ...describe(group), nodes: group.length, milliseconds: time, share };
      })
      .sort((a, b) => b.milliseconds - a.milliseconds);
  return {
    milliseconds,
    rows: grouped(
      ({ module, part, opType }) => JSON.stringify([module, part, opType]),
      ([{ module, part, opType }]) => ({ module, part, opType }),
    ),
    modules: grouped(
      ({ module }) => module,
      (group) => {
        const [{ module }] = group;
        const kind = kinds.get(module);
        return { module, ...(kind !== undefined && { kind }), parts: partsOf(group) };
      },
    ),
    operators: grouped(
      ({ opType }) => opType,
      ([{ opType }]) => ({ opType }),
    ),
  };
}

const sum = (nodes: readonly NodeTime[]): number =>
  nodes.reduce((total, node) => total + node.milliseconds, 0);

const partsOf = (nodes: readonly Placed[]): ModuleTime['parts'] =>
  Object.fromEntries(groups(nodes, ({ part }) => part).map((group) => [group[0].part, sum(group)]));

function groups<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const byKey = new Map<string, T[]>();
  for (const item of items) {
    const group = byKey.get(keyOf(item));
    if (group) group.push(item);
    else byKey.set(keyOf(item), [item]);
  }
  return [...byKey.values()];
}

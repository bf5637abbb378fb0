import { sizeOf } from '@trainyard/autograd';
import { type Graph, isViewable, TensorData, type Value } from '@trainyard/onnx-ir';
import type { Axis, Layout } from './atoms.ts';
import type { Coupling } from './coupling.ts';

/** A set of atoms that go, and what that leaves. */
export class Cut {
  readonly graph: Graph;
  readonly #roots: ReadonlySet<number>;
  readonly #coupling: Coupling;

  /** @param roots atoms that stand for what is cut together, see `Atoms.root` */
  constructor(graph: Graph, coupling: Coupling, roots: ReadonlySet<number>) {
    this.graph = graph;
    this.#coupling = coupling;
    this.#roots = roots;
  }

  /** The indices of an axis that stay. */
  kept(axis: Axis): number[] {
    const { atoms } = this.#coupling;
    return [...axis.keys()].filter((i) => !this.#roots.has(atoms.root(axis[i]!)));
  }

  /** How many indices of an axis stay. */
  size(axis: Axis): number {
    return this.kept(axis).length;
  }

  changes(axis: Axis | undefined): axis is Axis {
    return axis !== undefined && this.size(axis) < axis.length;
  }

  /** A new constant for the graph, of int64. */
  constant(name: string, values: readonly number[]): Value {
    const taken = new Set(this.graph.initializers.map((value) => value.name));
    let free = name;
    for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
    return this.graph.addInitializer(
      free,
      TensorData.from('int64', [values.length], BigInt64Array.from(values, BigInt)),
    );
  }
}

/** Makes every constant smaller, then what depends on sizes in other ways, then the declared shapes. */
export function applyCut(graph: Graph, coupling: Coupling, roots: ReadonlySet<number>): void {
  const cut = new Cut(graph, coupling, roots);
  for (const fixup of coupling.fixups) fixup(cut);
  for (const [value, layout] of coupling.layouts) {
    if (!layout.some((axis) => cut.changes(axis))) continue;
    if (value.data) value.data = cutData(value.data, layout, cut);
    const { type } = value;
    if (!type?.shape) continue;
    const shape = type.shape.map((dim, i) => {
      const axis = layout[i];
      return axis && typeof dim === 'number' ? cut.size(axis) : dim;
    });
    value.type = { dtype: type.dtype, shape };
  }
}

function cutData(data: TensorData, layout: Layout, cut: Cut): TensorData {
  let { dims, bytes } = { dims: [...data.dims], bytes: data.bytes };
  if (!isViewable(data.dtype)) throw new Error(`prune: constants of ${data.dtype} can't be cut`);
  const width = data.bytes.byteLength / Math.max(1, data.size);
  layout.forEach((axis, at) => {
    if (!cut.changes(axis)) return;
    const kept = cut.kept(axis);
    const outer = sizeOf(dims.slice(0, at));
    const inner = sizeOf(dims.slice(at + 1)) * width;
    const smaller = new Uint8Array(outer * kept.length * inner);
    for (let o = 0; o < outer; o++)
      kept.forEach((from, to) => {
        const start = (o * dims[at]! + from) * inner;
        smaller.set(bytes.subarray(start, start + inner), (o * kept.length + to) * inner);
      });
    dims = dims.with(at, kept.length);
    bytes = smaller;
  });
  return new TensorData(data.dtype, dims, bytes);
}

import type { Node, Value } from '@trainyard/onnx-ir';
import { intOf } from '../analyze/node-attributes.ts';
import type { InferInput } from '../op.ts';
import { type Shape, sizeOf, type TensorType } from '../types.ts';

type Dim = Shape[number];

/**
 * Vectors of sizes of which some are known by name only, as `Shape` gives them and exporters cut them up:
 * what the shape rules of operators cannot see, because they know a tensor's elements all or not at all.
 */
export class SymbolicShapes {
  readonly #sizes = new Map<Value, readonly Dim[]>();
  readonly #types: ReadonlyMap<Value, InferInput>;

  constructor(types: ReadonlyMap<Value, InferInput>) {
    this.#types = types;
  }

  /** Notes what a node does to vectors of sizes. */
  note(node: Node): void {
    const output = node.outputs[0];
    const sizes = output && node.domain === '' ? this.#compute(node) : undefined;
    if (output && sizes) this.#sizes.set(output, sizes);
  }

  /** The type that a node's vector of sizes gives to its result, where that is more than the operator's rule knows. */
  infer(node: Node): TensorType | undefined {
    const x = node.inputs[0] && this.#types.get(node.inputs[0]);
    if (!x || node.domain !== '') return undefined;
    if (node.opType === 'Shape') return { dtype: 'int64', shape: [slice(node, x.shape).length] };
    const wanted = this.#of(node.inputs[1]);
    if (node.opType !== 'Reshape' || !wanted) return undefined;
    const shape = reshape(x.shape, wanted, intOf(node, 'allowzero') === 1);
    return shape && { dtype: x.dtype, shape };
  }

  #of(value: Value | undefined): readonly Dim[] | undefined {
    const known = value && this.#types.get(value)?.known;
    if (known && known.dtype === 'int64' && known.rank <= 1) return known.toArray();
    return value && this.#sizes.get(value);
  }

  #compute(node: Node): readonly Dim[] | undefined {
    const [first, second] = node.inputs;
    switch (node.opType) {
      case 'Shape': {
        const x = first && this.#types.get(first);
        return x && slice(node, x.shape);
      }
      case 'Concat': {
        const parts = node.inputs.map((input) => this.#of(input));
        return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
      }
      case 'Gather': {
        const [sizes, at] = [this.#of(first), this.#of(second)];
        if (!sizes || !at) return undefined;
        const picked = at.map((i) => (typeof i === 'number' ? sizes.at(i) : undefined));
        return picked.every((size) => size !== undefined) ? picked : undefined;
      }
      case 'Slice': {
        const [sizes, starts, ends] = node.inputs.map((input) => this.#of(input));
        const [start, end] = [starts?.[0], ends?.[0]];
        // No axes other than the only one, and no steps.
        const isPlain = node.inputs.length <= 4 && typeof start === 'number' && typeof end === 'number';
        return sizes && isPlain ? sizes.slice(start, end) : undefined;
      }
      case 'Unsqueeze':
      case 'Squeeze':
      case 'Identity':
      case 'Cast':
        return this.#of(first);
      default:
        return undefined;
    }
  }
}

const slice = (node: Node, shape: Shape): readonly Dim[] =>
  shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length));

/** The shape after a Reshape to `wanted`, where its -1 can be worked out; undefined otherwise. */
function reshape(from: Shape, wanted: readonly Dim[], allowZero: boolean): Shape | undefined {
  const kept = wanted.map((dim, i) => (dim === 0 && !allowZero ? from[i] : dim));
  const open = kept.indexOf(-1);
  if (open < 0) return kept;
  // Names on both sides cancel; what is left has to be numbers.
  const rest = [...from];
  let known = 1;
  for (const dim of kept) {
    if (typeof dim === 'number') known *= dim === -1 ? 1 : dim;
    else if (rest.includes(dim)) rest.splice(rest.indexOf(dim), 1);
    else return undefined;
  }
  const sizes = rest.filter((dim) => typeof dim === 'number');
  const left = sizeOf(sizes) / known;
  if (sizes.length !== rest.length || !Number.isInteger(left)) return undefined;
  return kept.map((dim) => (dim === -1 ? left : dim));
}

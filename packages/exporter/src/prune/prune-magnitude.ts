import { InputError, type Tensor, type Tensors, tensorOf } from '@trainyard/autograd';
import { liftConstants } from '@trainyard/autograd/passes';
import { cloneModel, type Model, TensorData, type Value } from '@trainyard/onnx-ir';
import { weightInitializers } from '../import/trainable.ts';

export interface MagnitudePruningOptions {
  /** The share of the weights that become zero, 0 to 1. */
  readonly sparsity: number;
  /** Whether weights compete over the whole model (the default) or within their layer. */
  readonly scope?: 'global' | 'layer';
  /** Names of nodes or weights that are left alone. */
  readonly exclude?: readonly string[];
}

export interface MagnitudePruningReport {
  /** Numbers over the weights that were looked at; biases and normalization are not among them. */
  readonly weights: number;
  readonly zeros: number;
  readonly layers: readonly { readonly weight: string; readonly weights: number; readonly zeros: number }[];
}

/**
 * Unstructured pruning: the smallest weights of convolutions and matrix products become zero (Han et al. 2015,
 * "Learning both Weights and Connections", arXiv:1506.02626). The model keeps its shapes: files compress better,
 * ONNX Runtime runs no faster.
 * @returns the pruned model, and masks of 0 and 1 by the name of the weight, which keep the zeros when `fit` gets them
 * @throws InputError when sparsity is not from 0 to 1, 1 not included
 */
export function pruneMagnitude(
  model: Model,
  { sparsity, scope = 'global', exclude = [] }: MagnitudePruningOptions,
): { readonly model: Model; readonly masks: Tensors; readonly report: MagnitudePruningReport } {
  if (!(sparsity >= 0 && sparsity < 1))
    throw new InputError('pruneMagnitude', 'a sparsity from 0 to 1, 1 not included', `${sparsity}`);
  const pruned = cloneModel(model);
  liftConstants(pruned.graph);
  const weights = weightInitializers(pruned.graph).filter(
    ({ name, uses }) => !exclude.includes(name) && ![...uses].some(({ node }) => exclude.includes(node.name)),
  );
  const groups = scope === 'global' ? [weights] : weights.map((weight) => [weight]);
  const masks = new Map(groups.flatMap((group) => [...masksOf(group, sparsity)]));
  for (const [weight, mask] of masks) weight.data = masked(weight.data!, mask);
  const layers = weights.map((weight) => {
    const mask = masks.get(weight)!;
    return {
      weight: weight.name,
      weights: mask.size,
      zeros: mask.size - mask.toArray().reduce((a, b) => a + b, 0),
    };
  });
  return {
    model: pruned,
    masks: Object.fromEntries([...masks].map(([{ name }, mask]) => [name, mask])),
    report: {
      weights: layers.reduce((sum, layer) => sum + layer.weights, 0),
      zeros: layers.reduce((sum, layer) => sum + layer.zeros, 0),
      layers,
    },
  };
}

/** Zero for exactly the asked share of all elements, the smallest ones; among equals, the first. */
function masksOf(weights: readonly Value[], sparsity: number): Map<Value, Tensor> {
  const views = weights.map((weight) => weight.data!.view('float32').map(Math.abs));
  const all = new Float32Array(views.reduce((sum, view) => sum + view.length, 0));
  let offset = 0;
  for (const view of views) {
    all.set(view, offset);
    offset += view.length;
  }
  all.sort();
  const count = Math.round(all.length * sparsity);
  const limit = count > 0 ? all[count - 1]! : -1;
  let atLimit = count - lowerBound(all, limit);
  return new Map(
    weights.map((weight, i) => {
      const mask = views[i]!.map((size) => (size < limit || (size === limit && atLimit-- > 0) ? 0 : 1));
      return [weight, tensorOf('float32', weight.data!.dims, mask)];
    }),
  );
}

/** How many of the sorted numbers are below `limit`. */
function lowerBound(sorted: Float32Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function masked(data: TensorData, mask: Tensor): TensorData {
  const values = data.view('float32').map((value, i) => (mask.data[i] ? value : 0));
  return TensorData.from('float32', data.dims, values);
}

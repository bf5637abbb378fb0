import type { Node, Value } from '@trainyard/onnx-ir';
import { ArgMax, Cast, Equal, equal, max, min, where } from '../../ops/index.ts';
import { type Tensor, tensorOf } from '../../tensor.ts';
import { attributesOf, isCall } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/**
 * argMax(x) = y for labels y of int32, without int64, of which WebGPU has next to nothing: the place of the largest
 * element is the least of the places that hold it (the greatest, where the last of several is asked for).
 */
const rule: RewriteRule = {
  name: 'topClassOfInt32',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const labels = node.inputs.map(int32Before);
      const at = labels.findIndex((value) => value !== undefined);
      const search = node.inputs[1 - at]?.producer;
      if (!isCall(node, Equal) || at < 0 || !isCall(search, ArgMax)) continue;
      const shape = search.inputs[0]?.type?.shape ?? [];
      const { axis, keepdims, selectLastIndex } = attributesOf(search, ArgMax);
      const classes = shape.at(axis);
      if (typeof classes !== 'number') {
        outcome.refuse(node, 'the number of classes is not known');
        continue;
      }
      const inner = shape.length - 1 - (axis < 0 ? axis + shape.length : axis);
      found.set(node, (read) => {
        const x = read(search.inputs[0]);
        const places = placesOf(classes, inner);
        const largest = equal(x, max(x, { axes: axis, keepDims: true }));
        const options = { axes: axis, keepDims: keepdims === 1 };
        const place = selectLastIndex
          ? max(where(largest, places, -1), options)
          : min(where(largest, places, classes), options);
        return [equal(place, read(labels[at]))];
      });
    }
    return found;
  },
};

/** What a value is before it is cast from int32 to int64. */
const int32Before = (value: Value | undefined): Value | undefined => {
  const cast = value?.producer;
  if (!isCall(cast, Cast) || value?.type?.dtype !== 'int64') return undefined;
  return cast.inputs[0]?.type?.dtype === 'int32' ? cast.inputs[0] : undefined;
};

/** 0, 1, 2 … along an axis that `inner` others follow. */
const placesOf = (count: number, inner: number): Tensor =>
  tensorOf(
    'int32',
    [count, ...new Array<number>(inner).fill(1)],
    Int32Array.from({ length: count }, (_, i) => i),
  );

/** Compares the top class with labels in int32. */
export const topClassOfInt32 = rewritePass(rule);

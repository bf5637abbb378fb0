import type { Graph, Node } from '@trainyard/onnx-ir';
import { Conv, ConvTranspose, ConvWeightGrad, MaxPool, pad, slice } from '../../ops/index.ts';
import type { Tensor } from '../../tensor.ts';
import { attributesOf, isCall, isDisjoint, poolGradientsOf, readersOf, sizesOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/** Below this part of all positions, copying the input costs more than they do. */
const leastPart = 0.05;

/**
 * Rows and columns that do not fill a window are dropped by a pooling of disjoint windows; the convolution before it
 * need not compute them, nor its gradient. The input is cut to what the other positions read.
 */
const rule: RewriteRule = {
  name: 'cropBeforePool',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const pool of graph.nodes) {
      const conv = pool.inputs[0]?.producer;
      if (!isCall(pool, MaxPool) || !isCall(conv, Conv)) continue;
      const crop = cropOf(graph, conv, pool);
      if (typeof crop === 'string') outcome.refuse(pool, crop);
      else if (crop) replace(crop, conv, found);
    }
    return found;
  },
};

interface Crop {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  /** Rows and columns of the input before and after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly weightGradients: readonly Node[];
  readonly inputGradients: readonly Node[];
}

/** How the input is cut; undefined where nothing is dropped, or why it is not cut. */
function cropOf(graph: Graph, conv: Node, pool: Node): Crop | string | undefined {
  const pooling = attributesOf(pool, MaxPool);
  const { autoPad, dilations, pads, strides } = attributesOf(conv, Conv);
  const [x, y, pooled, w] = [conv.inputs[0], conv.outputs[0], pool.outputs[0], conv.inputs[1]].map(sizesOf);
  if (!x || !y || !pooled || !w) return 'sizes are not known';
  if (!isDisjoint(pooling) || autoPad !== 'NOTSET') return 'its windows overlap, or padding is automatic';
  const kept = pooling.kernelShape.map((size, i) => size * pooled[i + 2]);
  const part = 1 - kept.reduce((product, size, i) => (product * size) / y[i + 2], 1);
  if (part === 0) return undefined;
  if (part < leastPart) return `only ${(100 * part).toFixed(1)} % of the positions are dropped`;

  const result = conv.outputs[0]!;
  const scatters = poolGradientsOf(graph, result, pool);
  if (typeof scatters === 'string') return scatters;
  const gradients = scatters.flatMap((node) => readersOf(node.outputs[0]!));
  const weightGradients = gradients.filter(
    (node) => isCall(node, ConvWeightGrad) && node.inputs[0] === conv.inputs[0],
  );
  const inputGradients = gradients.filter((node) => isCall(node, ConvTranspose));
  const known = new Set([...weightGradients, ...inputGradients]);
  const unlike = gradients.find((node) => !known.has(node));
  if (unlike) return `its gradient is read by ${unlike.name}`;

  const steps = kept.map((_, i) => strides?.[i] ?? 1);
  const begins = kept.map((_, i) => pads?.[i] ?? 0);
  // What the positions that are kept reach over, after the padding before it.
  const reach = kept.map(
    (size, i) => (size - 1) * steps[i] + (w[i + 2] - 1) * (dilations?.[i] ?? 1) + 1 - begins[i],
  );
  const before = x.slice(2);
  return {
    strides: steps,
    before,
    after: before.map((size, i) => Math.min(size, reach[i])),
    pads: [...begins, ...before.map((size, i) => Math.max(0, reach[i] - size))],
    weightGradients,
    inputGradients,
  };
}

function replace(crop: Crop, conv: Node, found: Map<Node, Replacement>): void {
  const { strides, pads, before, after } = crop;
  const { dilations, group } = attributesOf(conv, Conv);
  const attributes = { strides, pads, group, ...(dilations && { dilations }) };
  const cut = (x: Tensor): Tensor =>
    before.every((size, i) => size === after[i])
      ? x
      : slice(
          x,
          after.map(() => 0),
          after,
          after.map((_, i) => i + 2),
        );
  found.set(conv, (read) => {
    const [x, w, b] = conv.inputs;
    return Conv.call([cut(read(x)), read(w), b && read(b)], attributes);
  });
  for (const node of crop.weightGradients)
    found.set(node, (read) =>
      ConvWeightGrad.call([cut(read(node.inputs[0])), read(node.inputs[1])], {
        ...attributes,
        kernelShape: attributesOf(node, ConvWeightGrad).kernelShape,
      }),
    );
  const zeros = [0, 0, ...before.map(() => 0), 0, 0, ...before.map((size, i) => size - after[i])];
  for (const node of crop.inputGradients)
    found.set(node, (read) => {
      const [dx] = ConvTranspose.call([read(node.inputs[0]), read(node.inputs[1])], attributes);
      return [zeros.some((n) => n > 0) ? pad(dx, zeros) : dx];
    });
}

/** Spares a convolution what the pooling after it drops. */
export const cropBeforePool = rewritePass(rule);

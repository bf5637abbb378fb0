import type { Node } from '@trainyard/onnx-ir';
import { depthwiseConv, depthwiseInputGrad, isSmallDepthwise } from '../../ops/depthwise.ts';
import { add, Conv, ConvTranspose, reshape } from '../../ops/index.ts';
import { pointwiseConv } from '../../ops/pointwise.ts';
import { windowAxes } from '../../ops/window.ts';
import { sizeOf } from '../../types.ts';
import { allAre, attributesOf, isCall, sizesOf } from './patterns.ts';
import { type Replacement, type RewriteRule, rewritePass } from './rewrite.ts';

/** Positions of a picture from which a product for each picture is as good as one for all. */
const manyPositions = 16;

/**
 * ONNX Runtime takes a convolution picture by picture, and channel by channel where it is depthwise. Where pictures
 * are small, as at the end of a network, those products are tiny. Over all pictures at once, a 1×1 convolution is one
 * product, and a depthwise one a product for each channel with a matrix of all elements by all positions.
 */
const rule: RewriteRule = {
  name: 'smallPictures',
  plan(graph, outcome) {
    const found = new Map<Node, Replacement>();
    for (const node of graph.nodes) {
      const isTransposed = isCall(node, ConvTranspose);
      if (!isTransposed && !isCall(node, Conv)) continue;
      const [x, w, y] = [node.inputs[0], node.inputs[1], node.outputs[0]].map(sizesOf);
      if (!x || !w || !y) continue;
      const { group, ...windows } = attributesOf(node, isTransposed ? ConvTranspose : Conv);
      const [from, to] = [x.slice(2), y.slice(2)];
      const isDepthwise = group > 1 && group === x[1] && group === y[1];
      const isPointwise =
        group === 1 && sizeOf(w.slice(2)) === 1 && allAre(windows.strides, 1) && allAre(windows.pads, 0);
      if (!isDepthwise && !isPointwise) continue;
      const few = isDepthwise ? isSmallDepthwise(from, to) : sizeOf(from) <= manyPositions;
      const refusal = !few
        ? `pictures of ${from.join('×')} are not small`
        : windows.autoPad !== 'NOTSET' || sizeOf(to) === 0
          ? 'its padding is not given'
          : undefined;
      if (refusal) {
        outcome.refuse(node, refusal);
        continue;
      }
      const bias = node.inputs[2];
      found.set(node, (read) => {
        const [a, b] = [read(node.inputs[0]), read(node.inputs[1])];
        const axes = () => windowAxes('conv', isTransposed ? y : x, w.slice(2), windows);
        const product = isPointwise
          ? pointwiseConv(a, b, isTransposed)
          : isTransposed
            ? depthwiseInputGrad(a, b, axes(), to)
            : depthwiseConv(a, b, axes(), to);
        return [bias ? add(product, reshape(read(bias), [y[1], ...to.map(() => 1)])) : product];
      });
    }
    return found;
  },
};

/** Convolutions of small pictures as products over all of them. */
export const smallPictures = rewritePass(rule);

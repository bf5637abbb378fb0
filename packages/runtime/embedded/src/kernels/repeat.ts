import { intOf } from '@trainyard/autograd/passes';
import type { Node } from '@trainyard/onnx-ir';
import {
  type CallArguments,
  isRefusal,
  type Kernel,
  type ModelView,
  type Parameters,
  type Refusal,
} from './kernel.ts';
import { type StridedCopy, stridedCopy, stridedCopyParameters } from './strided-copy.ts';
import { broadcastStrides, denseStrides } from './strides.ts';

/** An operator that a copy between arrays of other strides computes. */
const copyKernel = (
  operator: string,
  copyOf: (
    node: Node,
    model: ModelView,
    shape: readonly number[],
    target: readonly number[],
  ) => Omit<StridedCopy, 'dtype'> | Refusal,
  targetOf?: (node: Node, shape: readonly number[]) => readonly number[],
): Kernel => ({
  name: operator.toLowerCase(),
  operators: [operator],
  infer(node, model) {
    const x = model.type(node.inputs[0]);
    return x && targetOf && { ...x, shape: targetOf(node, x.shape) };
  },
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y) return undefined;
    const { dtype, shape } = model.type(x);
    const copy = copyOf(node, model, shape, model.type(y).shape);
    if (isRefusal(copy)) return copy;
    const parameters: Parameters | Refusal = stridedCopyParameters({ ...copy, dtype });
    if (isRefusal(parameters)) return parameters;
    return {
      inputs: [x],
      outputs: [y],
      functions: [stridedCopy],
      parameters,
      call: ({ inputs, outputs, parameters: p }: CallArguments) =>
        `${stridedCopy.name}(${p}, ${inputs[0]}, ${outputs[0]});`,
    };
  },
});

/** Elements repeated along axes of size 1. */
const expand = copyKernel('Expand', (_node, _model, shape, target) => ({
  shape: target,
  from: broadcastStrides(shape, target),
  to: denseStrides(target),
}));

/** The whole repeated: each axis is one of repetitions and one of elements. */
const tile = copyKernel('Tile', (_node, _model, shape, target) => {
  const strides = denseStrides(shape);
  const repeated = shape.flatMap((size, i) => [target[i]! / size, size]);
  return { shape: repeated, from: strides.flatMap((step) => [0, step]), to: denseStrides(repeated) };
});

/** [N, b, b, C, H, W] (DCR) or [N, C, b, b, H, W] (CRD) to [N, C, H, b, W, b]. */
const depthToSpace = copyKernel(
  'DepthToSpace',
  (node, _model, [batch, channels, height, width]) => {
    const block = intOf(node, 'blocksize', 1);
    const attribute = node.attributes.get('mode');
    const isRows = attribute?.kind === 'string' && attribute.value === 'CRD';
    const depth = channels! / block ** 2;
    const order = isRows ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
    const split = isRows
      ? [batch!, depth, block, block, height!, width!]
      : [batch!, block, block, depth, height!, width!];
    return transposed(split, order);
  },
  (node, [batch, channels, height, width]) => {
    const block = intOf(node, 'blocksize', 1);
    return [batch!, channels! / block ** 2, height! * block, width! * block];
  },
);

/** [N, C, H, b, W, b] to [N, b, b, C, H, W]. */
const spaceToDepth = copyKernel(
  'SpaceToDepth',
  (node, _model, [batch, channels, height, width]) => {
    const block = intOf(node, 'blocksize', 1);
    return transposed([batch!, channels!, height! / block, block, width! / block, block], [0, 3, 5, 1, 2, 4]);
  },
  (node, [batch, channels, height, width]) => {
    const block = intOf(node, 'blocksize', 1);
    return [batch!, channels! * block ** 2, height! / block, width! / block];
  },
);

function transposed(shape: readonly number[], order: readonly number[]): Omit<StridedCopy, 'dtype'> {
  const strides = denseStrides(shape);
  const target = order.map((axis) => shape[axis]!);
  return { shape: target, from: order.map((axis) => strides[axis]!), to: denseStrides(target) };
}

export const repeatKernels: readonly Kernel[] = [expand, tile, depthToSpace, spaceToDepth];

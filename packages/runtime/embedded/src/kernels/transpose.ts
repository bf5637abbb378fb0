import { intsOf } from '@trainyard/autograd/passes';
import { isRefusal, type Kernel } from './kernel.ts';
import { stridedCopy, stridedCopyParameters } from './strided-copy.ts';
import { denseStrides } from './strides.ts';

/** Transpose; nothing where only axes of size 1 change places. */
export const transposeKernel: Kernel = {
  name: 'transpose',
  operators: ['Transpose'],
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y) return undefined;
    const { dtype, shape } = model.type(x);
    const order = intsOf(node, 'perm') ?? shape.map((_, i) => shape.length - 1 - i);
    const moving = order.filter((axis) => shape[axis] !== 1);
    if (moving.every((axis, i) => i === 0 || moving[i - 1]! < axis)) return { alias: x, output: y };
    const strides = denseStrides(shape);
    const target = model.type(y).shape;
    const parameters = stridedCopyParameters({
      dtype,
      shape: target,
      from: order.map((axis) => strides[axis]!),
      to: denseStrides(target),
    });
    if (isRefusal(parameters)) return parameters;
    return {
      inputs: [x],
      outputs: [y],
      functions: [stridedCopy],
      parameters,
      call: ({ inputs, outputs, parameters: p }) => `${stridedCopy.name}(${p}, ${inputs[0]}, ${outputs[0]});`,
    };
  },
};

import { axisOf, intsOf } from '@trainyard/autograd/passes';
import { type Node, toNumbers } from '@trainyard/onnx-ir';
import { isRefusal, type Kernel, type ModelView } from './kernel.ts';
import { stridedCopy, stridedCopyParameters } from './strided-copy.ts';
import { denseStrides } from './strides.ts';

/** Slice of any element type, with steps of either sign. */
export const sliceKernel: Kernel = {
  name: 'slice',
  operators: ['Slice'],
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y) return undefined;
    const { dtype, shape } = model.type(x);
    const starts = numbersOf(node, 1, 'starts', model);
    const axes =
      node.inputs[3] || node.attributes.has('axes')
        ? numbersOf(node, 3, 'axes', model)
        : starts?.map((_, i) => i);
    const steps = node.inputs[4] ? numbersOf(node, 4, '', model) : starts?.map(() => 1);
    if (!starts || !axes || !steps)
      return { expected: 'starts, axes and steps that are constant', got: 'computed ones' };
    const strides = denseStrides(shape);
    const from = [...strides];
    let fromStart = 0;
    for (const [i, given] of axes.entries()) {
      const axis = axisOf(given, shape.length);
      from[axis] = strides[axis]! * steps[i]!;
      fromStart += strides[axis]! * firstOf(starts[i]!, steps[i]!, shape[axis]!);
    }
    const target = model.type(y).shape;
    const parameters = stridedCopyParameters({
      dtype,
      shape: target,
      from,
      to: denseStrides(target),
      fromStart,
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

/** A constant input, or the attribute that older opsets have in its place. */
function numbersOf(node: Node, index: number, attribute: string, model: ModelView): number[] | undefined {
  const input = node.inputs[index];
  if (!input) return intsOf(node, attribute);
  const data = model.constant(input);
  return data && [...toNumbers(data)];
}

/** Where a slice begins; ONNX counts negative starts from the end, and clamps. */
function firstOf(start: number, step: number, size: number): number {
  const counted = start < 0 ? start + size : start;
  return step > 0 ? Math.min(Math.max(counted, 0), size) : Math.min(Math.max(counted, 0), size - 1);
}

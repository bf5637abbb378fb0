import { bytesOf, cTypeOf, type ElementType, sizeOf } from '../program/element-type.ts';
import type { CFunction, Kernel } from './kernel.ts';

function functionOf(from: ElementType, to: ElementType): CFunction {
  const name = `cast_${from}_${to}`;
  const value = to === 'bool' ? 'input[i] != 0' : `(${cTypeOf(to)})input[i]`;
  return {
    name,
    source: `static void ${name}(const ${cTypeOf(from)} *input, ${cTypeOf(to)} *output, int32_t size) {
  for (int32_t i = 0; i < size; i++) output[i] = ${value};
}`,
  };
}

/** Cast between element types; nothing where both are held as the same type, as half precision is as float32. */
export const castKernel: Kernel = {
  name: 'cast',
  operators: ['Cast', 'CastLike'],
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y) return undefined;
    const from = model.type(x);
    const to = model.type(y);
    if (from.dtype === to.dtype) return { alias: x, output: y };
    const fn = functionOf(from.dtype, to.dtype);
    const mayShare = bytesOf(from.dtype) === 1 && bytesOf(to.dtype) === 1;
    return {
      inputs: [x],
      outputs: [y],
      functions: [fn],
      call: ({ inputs, outputs }) => `${fn.name}(${inputs[0]}, ${outputs[0]}, ${sizeOf(to.shape)});`,
      inPlace: mayShare ? [[0, 0]] : [],
    };
  },
};

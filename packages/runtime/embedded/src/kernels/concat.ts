import { bytesOf } from '../program/element-type.ts';
import { axisOfNode, type Lines, linesAlong } from './along-axis.ts';
import type { CFunction, Kernel } from './kernel.ts';
import { presentInputs } from './types.ts';

const copyBlocks: CFunction = {
  name: 'copy_blocks',
  source: `static void copy_blocks(const void *from, int32_t from_step, void *to, int32_t to_step, int32_t count, int32_t bytes) {
  for (int32_t i = 0; i < count; i++)
    memcpy((uint8_t *)to + i * to_step, (const uint8_t *)from + i * from_step, (size_t)bytes);
}`,
};

const blockBytes = ({ size, inner }: Lines, bytes: number): number => size * inner * bytes;

/** Concat of any element type. */
export const concatKernel: Kernel = {
  name: 'concat',
  operators: ['Concat'],
  match(node, model) {
    const [y] = node.outputs;
    const inputs = presentInputs(node);
    if (!y || inputs.length === 0) return undefined;
    const { dtype, shape } = model.type(y);
    const axis = axisOfNode(node, shape.length, 0);
    const whole = linesAlong(shape, axis);
    const step = blockBytes(whole, bytesOf(dtype));
    const blocks = inputs.map((input) =>
      blockBytes(linesAlong(model.type(input).shape, axis), bytesOf(dtype)),
    );
    return {
      inputs,
      outputs: [y],
      functions: [copyBlocks],
      call: ({ inputs: from, outputs }) => {
        let start = 0;
        const calls = blocks.map((bytes, i) => {
          const to = `(uint8_t *)${outputs[0]} + ${start}`;
          start += bytes;
          return `copy_blocks(${from[i]}, ${bytes}, ${to}, ${step}, ${whole.outer}, ${bytes});`;
        });
        return calls.join('\n');
      },
    };
  },
};

/** Split of any element type. */
export const splitKernel: Kernel = {
  name: 'split',
  operators: ['Split'],
  match(node, model) {
    const [x] = node.inputs;
    if (!x) return undefined;
    const outputs = node.outputs.filter((output) => output !== undefined);
    const { dtype, shape } = model.type(x);
    const axis = axisOfNode(node, shape.length, 0);
    const { outer, ...line } = linesAlong(shape, axis);
    const step = blockBytes({ outer, ...line }, bytesOf(dtype));
    const blocks = outputs.map((output) =>
      blockBytes(linesAlong(model.type(output).shape, axis), bytesOf(dtype)),
    );
    return {
      inputs: [x],
      outputs,
      functions: [copyBlocks],
      call: ({ inputs, outputs: to }) => {
        let start = 0;
        const calls = blocks.map((bytes, i) => {
          const from = `(const uint8_t *)${inputs[0]} + ${start}`;
          start += bytes;
          return `copy_blocks(${from}, ${step}, ${to[i]}, ${bytes}, ${outer}, ${bytes});`;
        });
        return calls.join('\n');
      },
    };
  },
};

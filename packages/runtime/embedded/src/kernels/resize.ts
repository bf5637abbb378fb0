import { type Node, toNumbers } from '@trainyard/onnx-ir';
import { sizeOf } from '../program/element-type.ts';
import type { CFunction, Kernel, ModelView, Operand } from './kernel.ts';
import { allFloat } from './types.ts';

const nearest: CFunction = {
  name: 'resize_nearest_f32',
  source: `/* Element (i, j) is the one at row rows[i] and column columns[j]. */
static void resize_nearest_f32(const float *x, const int32_t *rows, const int32_t *columns, float *y, int32_t planes,
                               int32_t in_height, int32_t in_width, int32_t out_height, int32_t out_width) {
  for (int32_t p = 0; p < planes; p++, x += in_height * in_width)
    for (int32_t i = 0; i < out_height; i++)
      for (int32_t j = 0; j < out_width; j++) *y++ = x[rows[i] * in_width + columns[j]];
}`,
};

const linear: CFunction = {
  name: 'resize_linear_f32',
  source: `/* Between rows rows[2i] and rows[2i + 1], row_shares[i] of the second; columns likewise. */
static void resize_linear_f32(const float *x, const int32_t *rows, const float *row_shares, const int32_t *columns,
                              const float *column_shares, float *y, int32_t planes, int32_t in_height, int32_t in_width,
                              int32_t out_height, int32_t out_width) {
  for (int32_t p = 0; p < planes; p++, x += in_height * in_width)
    for (int32_t i = 0; i < out_height; i++) {
      const float *upper = x + rows[2 * i] * in_width, *lower = x + rows[2 * i + 1] * in_width;
      for (int32_t j = 0; j < out_width; j++) {
        const int32_t left = columns[2 * j], right = columns[2 * j + 1];
        const float above = upper[left] + (upper[right] - upper[left]) * column_shares[j];
        const float below = lower[left] + (lower[right] - lower[left]) * column_shares[j];
        *y++ = above + (below - above) * row_shares[i];
      }
    }
}`,
};

/** Resize of the last two axes, to the nearest element or linearly: the positions are tables. */
export const resizeKernel: Kernel = {
  name: 'resize f32',
  operators: ['Resize'],
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y || !allFloat([x], model)) return undefined;
    const { shape } = model.type(x);
    const target = model.type(y).shape;
    const mode = textOf(node, 'mode', 'nearest');
    const transform = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
    const coordinate = Object.hasOwn(coordinates, transform) ? coordinates[transform] : undefined;
    const round = roundings[textOf(node, 'nearest_mode', 'round_prefer_floor')];
    if (mode !== 'nearest' && mode !== 'linear') return { expected: 'mode nearest or linear', got: mode };
    if (!coordinate || !round)
      return { expected: `coordinates ${Object.keys(coordinates).join(', ')}`, got: transform };
    if (node.attributes.has('antialias') && mode === 'linear' && isSet(node, 'antialias'))
      return { expected: 'no antialiasing', got: 'antialias' };
    const first = target.findIndex((size, i) => size !== shape[i]);
    const spatial = first < 0 ? shape.length - 1 : first;
    if (shape.length - spatial > 2)
      return {
        expected: 'a change of at most the last two axes',
        got: `[${shape.join(', ')}] to [${target.join(', ')}]`,
      };
    const scales = scalesOf(node, shape, target, model);
    const axes = [shape.length - 2, shape.length - 1].map((axis) => {
      const [size, out, scale] = axis < 0 ? [1, 1, 1] : [shape[axis]!, target[axis]!, scales[axis]!];
      const positions = Array.from({ length: out }, (_, i) =>
        size === out && scale === 1 ? i : coordinate(i, scale, size, out),
      );
      return { size, out, positions };
    });
    const [rows, columns] = axes as [(typeof axes)[0], (typeof axes)[0]];
    const sizes = `${sizeOf(shape.slice(0, -2))}, ${rows.size}, ${columns.size}, ${rows.out}, ${columns.out}`;
    const name = node.name || y.name;
    const clip = (position: number, size: number) => Math.min(Math.max(position, 0), size - 1);
    if (mode === 'nearest') {
      const table = ({ positions, size }: (typeof axes)[0], what: string) =>
        integers(
          `${name} ${what}`,
          positions.map((position) => clip(round(position), size)),
        );
      return {
        inputs: [x, table(rows, 'rows'), table(columns, 'columns')],
        outputs: [y],
        functions: [nearest],
        call: ({ inputs, outputs }) => `${nearest.name}(${inputs.join(', ')}, ${outputs[0]}, ${sizes});`,
      };
    }
    const pairs = ({ positions, size }: (typeof axes)[0], what: string): Operand[] => {
      const clipped = positions.map((position) => clip(position, size));
      return [
        integers(
          `${name} ${what}`,
          clipped.flatMap((position) => [Math.floor(position), clip(Math.floor(position) + 1, size)]),
        ),
        floats(
          `${name} ${what} shares`,
          clipped.map((position) => position - Math.floor(position)),
        ),
      ];
    };
    return {
      inputs: [x, ...pairs(rows, 'rows'), ...pairs(columns, 'columns')],
      outputs: [y],
      functions: [linear],
      call: ({ inputs, outputs }) => `${linear.name}(${inputs.join(', ')}, ${outputs[0]}, ${sizes});`,
    };
  },
};

/** Where element i of the result lies in the input. Source: ONNX's Resize. */
const coordinates: Readonly<Record<string, (i: number, scale: number, size: number, out: number) => number>> =
  {
    half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
    pytorch_half_pixel: (i, scale, _size, out) => (out > 1 ? (i + 0.5) / scale - 0.5 : 0),
    align_corners: (i, _scale, size, out) => (out === 1 ? 0 : (i * (size - 1)) / (out - 1)),
    asymmetric: (i, scale) => i / scale,
  };

const roundings: Readonly<Record<string, (position: number) => number>> = {
  round_prefer_floor: (position) => Math.ceil(position - 0.5),
  round_prefer_ceil: (position) => Math.floor(position + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function scalesOf(
  node: Node,
  shape: readonly number[],
  target: readonly number[],
  model: ModelView,
): number[] {
  const data = model.constant(node.inputs[2]);
  const axesAttribute = node.attributes.get('axes');
  const given = data?.dtype === 'float32' && data.size > 0 ? [...toNumbers(data)] : undefined;
  const scales = shape.map((size, i) => target[i]! / size);
  if (!given) return scales;
  const axes = axesAttribute?.kind === 'ints' ? axesAttribute.value.map(Number) : shape.map((_, i) => i);
  for (const [i, axis] of axes.entries()) scales[axis < 0 ? axis + shape.length : axis] = given[i]!;
  return scales;
}

function textOf(node: Node, name: string, otherwise: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}

function isSet(node: Node, name: string): boolean {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' && Number(attribute.value) !== 0;
}

const integers = (name: string, values: readonly number[]): Operand => ({
  name,
  dtype: 'int32',
  dims: [values.length],
  bytes: new Uint8Array(Int32Array.from(values).buffer),
});

const floats = (name: string, values: readonly number[]): Operand => ({
  name,
  dtype: 'float32',
  dims: [values.length],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

import { axisOf, floatOf, intsOf } from '@trainyard/autograd/passes';
import { fromNumbers, isViewable, type Node, toNumbers } from '@trainyard/onnx-ir';
import { bytesOf, sizeOf } from '../program/element-type.ts';
import { type CFunction, isRefusal, type Kernel, type ModelView, type Operand } from './kernel.ts';
import { stridedCopy, stridedCopyParameters } from './strided-copy.ts';
import { denseStrides } from './strides.ts';

const fill: CFunction = {
  name: 'fill',
  source: `static void fill(void *output, const void *value, int32_t bytes, int32_t count) {
  for (int32_t i = 0; i < count; i++) memcpy((uint8_t *)output + i * bytes, value, (size_t)bytes);
}`,
};

const gatherPositions: CFunction = {
  name: 'gather_positions',
  source: `/* Element i of the output is the one at positions[i] of each of \`count\` lines. */
static void gather_positions(const void *input, const int32_t *positions, void *output, int32_t count, int32_t line,
                             int32_t size, int32_t bytes) {
  for (int32_t i = 0; i < count; i++)
    for (int32_t j = 0; j < size; j++)
      memcpy((uint8_t *)output + (i * size + j) * bytes, (const uint8_t *)input + (i * line + positions[j]) * bytes,
             (size_t)bytes);
}`,
};

/** Pad of any element type: with a constant, or by repeating or mirroring what is there; pads may be negative. */
export const padKernel: Kernel = {
  name: 'pad',
  operators: ['Pad'],
  match(node, model) {
    const [x] = node.inputs;
    const [y] = node.outputs;
    if (!x || !y) return undefined;
    const { shape } = model.type(x);
    const begins = beginsOf(node, shape.length, model);
    if (!begins) return { expected: 'pads that are constant', got: 'computed ones' };
    const attribute = node.attributes.get('mode');
    const mode = attribute?.kind === 'string' ? attribute.value : 'constant';
    return mode === 'constant' ? filled(node, begins, model) : mirrored(node, begins, mode, model);
  },
};

/** How many elements come before the first, along each axis. */
function beginsOf(node: Node, rank: number, model: ModelView): number[] | undefined {
  const [, input, , axesInput] = node.inputs;
  const data = model.constant(input);
  const axesData = model.constant(axesInput);
  if ((input && !data) || (axesInput && !axesData)) return undefined;
  const pads = data ? [...toNumbers(data)] : (intsOf(node, 'pads') ?? []);
  const axes = axesData
    ? [...toNumbers(axesData)].map((axis) => axisOf(axis, rank))
    : Array.from({ length: rank }, (_, i) => i);
  const begins = new Array<number>(rank).fill(0);
  for (const [i, axis] of axes.entries()) begins[axis] = pads[i]!;
  return begins;
}

function filled(node: Node, begins: readonly number[], model: ModelView) {
  const [x, , given] = node.inputs;
  const [y] = node.outputs;
  const { dtype, shape } = model.type(x!);
  const target = model.type(y!).shape;
  if (!isViewable(dtype) || dtype === 'float16')
    return { expected: 'elements of a type that C has', got: dtype };
  const zero = fromNumbers(dtype as 'float32', [], [floatOf(node, 'value', 0)]);
  const value: Operand = given ?? { name: `${node.name} value`, dtype, dims: [], bytes: zero.bytes };
  // What is left of the input, and where it is in both.
  const starts = begins.map((begin) => Math.max(0, -begin));
  const kept = shape.map((size, i) => Math.min(size, target[i]! - begins[i]!) - starts[i]!);
  const at = (strides: readonly number[], position: readonly number[]) =>
    strides.reduce((sum, stride, i) => sum + stride * position[i]!, 0);
  const from = denseStrides(shape);
  const to = denseStrides(target);
  const parameters = stridedCopyParameters({
    dtype,
    shape: kept,
    from,
    to,
    fromStart: at(from, starts),
    toStart: at(
      to,
      begins.map((begin) => Math.max(0, begin)),
    ),
  });
  if (isRefusal(parameters)) return parameters;
  const isEmpty = kept.some((size) => size <= 0);
  return {
    inputs: [x!, value],
    outputs: [y!],
    functions: isEmpty ? [fill] : [fill, stridedCopy],
    ...(isEmpty ? {} : { parameters }),
    call: ({
      inputs,
      outputs,
      parameters: p,
    }: {
      inputs: readonly string[];
      outputs: readonly string[];
      parameters: string;
    }) =>
      [
        `fill(${outputs[0]}, ${inputs[1]}, ${bytesOf(dtype)}, ${sizeOf(target)});`,
        ...(isEmpty ? [] : [`${stridedCopy.name}(${p}, ${inputs[0]}, ${outputs[0]});`]),
      ].join('\n'),
  };
}

/** Positions outside of an axis as the modes of ONNX read them. */
const positionsOf: Readonly<Record<string, (i: number, size: number) => number>> = {
  edge: (i, size) => Math.min(Math.max(i, 0), size - 1),
  reflect: (i, size) => {
    if (size === 1) return 0;
    const period = 2 * (size - 1);
    const within = ((i % period) + period) % period;
    return within < size ? within : period - within;
  },
};

function mirrored(node: Node, begins: readonly number[], mode: string, model: ModelView) {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const { dtype, shape } = model.type(x!);
  const target = model.type(y!).shape;
  const position = Object.hasOwn(positionsOf, mode) ? positionsOf[mode] : undefined;
  if (!position) return { expected: 'mode constant, edge or reflect', got: mode };
  // Planes of the last axes that are padded; those before are only repeated.
  const first = target.findIndex((size, i) => size !== shape[i] || begins[i] !== 0);
  const start = first < 0 ? shape.length : first;
  const positions = planePositions(shape.slice(start), target.slice(start), begins.slice(start), position);
  const table: Operand = {
    name: `${node.name || y!.name} positions`,
    dtype: 'int32',
    dims: [positions.length],
    bytes: new Uint8Array(positions.buffer),
  };
  const count = sizeOf(shape.slice(0, start));
  return {
    inputs: [x!, table],
    outputs: [y!],
    functions: [gatherPositions],
    call: ({ inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] }) =>
      `gather_positions(${inputs[0]}, ${inputs[1]}, ${outputs[0]}, ${count}, ${sizeOf(shape.slice(start))}, ${positions.length}, ${bytesOf(dtype)});`,
  };
}

/** For each element of a padded plane the one of the plane that it repeats. */
function planePositions(
  shape: readonly number[],
  target: readonly number[],
  begins: readonly number[],
  position: (i: number, size: number) => number,
): Int32Array {
  const strides = denseStrides(shape);
  const targetStrides = denseStrides(target);
  return Int32Array.from({ length: sizeOf(target) }, (_, element) =>
    target.reduce((sum, size, axis) => {
      const i = (Math.floor(element / targetStrides[axis]!) % size) - begins[axis]!;
      return sum + strides[axis]! * position(i, shape[axis]!);
    }, 0),
  );
}

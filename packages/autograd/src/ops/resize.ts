import { type AttributesOf, attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { interpolate, type Taps } from '../kernels/resize.ts';
import { defineOp, type InferInput } from '../op.ts';
import { Tensor, tensor } from '../tensor.ts';
import { arrayType, type FloatType, formatType, normalizeAxis, type TensorType } from '../types.ts';
import { matMul } from './matmul.ts';

const rules = {
  antialias: attr.int(0),
  axes: attr.ints(),
  coordinateTransformationMode: attr.string('half_pixel'),
  cubicCoeffA: attr.float(-0.75),
  excludeOutside: attr.int(0),
  extrapolationValue: attr.float(0),
  keepAspectRatioPolicy: attr.string('stretch'),
  mode: attr.string('nearest'),
  nearestMode: attr.string('round_prefer_floor'),
};
type Attributes = AttributesOf<typeof rules>;

interface Scaling {
  readonly scale: number;
  readonly size: number;
}

const present = (x: InferInput | undefined): InferInput | undefined =>
  x && x.shape[0] !== 0 ? x : undefined;

/** For every axis that changes, by how much and to what size. */
function scalings(inputs: readonly InferInput[], attributes: Attributes): ReadonlyMap<number, Scaling> {
  const [x] = inputs;
  // Opset 10 has [x, scales].
  const [scales, sizes] =
    inputs.length === 2 ? [present(inputs[1]), undefined] : [present(inputs[2]), present(inputs[3])];
  const given = sizes ?? scales;
  if (!given?.known)
    throw new InputError('resize', 'constant scales or sizes', given ? formatType(given) : 'neither');
  if (attributes.keepAspectRatioPolicy !== 'stretch' || attributes.antialias !== 0)
    throw new InputError(
      'resize',
      'no antialias, and stretch',
      `antialias ${attributes.antialias}, ${attributes.keepAspectRatioPolicy}`,
    );
  const values = given.known.toArray();
  const axes =
    attributes.axes?.map((axis) => normalizeAxis('resize', axis, x.shape.length)) ?? x.shape.map((_, i) => i);
  if (values.length !== axes.length)
    throw new InputError('resize', `${axes.length} scales or sizes`, `${values.length}`);
  const result = new Map<number, Scaling>();
  values.forEach((value, i) => {
    const size = x.shape[axes[i]];
    if (sizes ? value === size : value === 1) return;
    if (typeof size !== 'number')
      throw new InputError('resize', 'known sizes along the axes that change', `[${x.shape.join(', ')}]`);
    const target = sizes ? value : Math.floor(size * value);
    if (!(target >= 1)) throw new InputError('resize', 'sizes of at least 1', `${target}`);
    result.set(axes[i], { scale: sizes ? value / size : value, size: target });
  });
  return result;
}

/** Where output element `o` lies among the elements of the input. */
function coordinate(mode: string, o: number, { scale, size }: Scaling, length: number): number {
  switch (mode) {
    case 'half_pixel':
      return (o + 0.5) / scale - 0.5;
    case 'asymmetric':
      return o / scale;
    case 'align_corners':
      return size === 1 ? 0 : (o * (length - 1)) / (size - 1);
    case 'pytorch_half_pixel':
      return size > 1 ? (o + 0.5) / scale - 0.5 : 0;
    default:
      throw new InputError(
        'resize',
        'coordinateTransformationMode half_pixel, pytorch_half_pixel, asymmetric or align_corners',
        mode,
      );
  }
}

function nearest(mode: string, at: number): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(at - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    case 'floor':
      return Math.floor(at);
    case 'ceil':
      return Math.ceil(at);
    default:
      throw new InputError(
        'resize',
        'nearestMode round_prefer_floor, round_prefer_ceil, floor or ceil',
        mode,
      );
  }
}

/** For every output element along an axis, the two input elements it mixes, and the share of the second. */
function taps(length: number, scaling: Scaling, attributes: Attributes): Taps {
  const inside = (i: number) => Math.min(length - 1, Math.max(0, i));
  const result: Taps = { low: [], high: [], share: [] };
  for (let o = 0; o < scaling.size; o++) {
    const at = coordinate(attributes.coordinateTransformationMode, o, scaling, length);
    if (attributes.mode === 'nearest') {
      const i = inside(nearest(attributes.nearestMode, at));
      result.low.push(i);
      result.high.push(i);
      result.share.push(0);
    } else if (attributes.mode === 'linear') {
      const clamped = Math.min(length - 1, Math.max(0, at));
      const low = Math.floor(clamped);
      result.low.push(low);
      result.high.push(inside(low + 1));
      result.share.push(clamped - low);
    } else throw new InputError('resize', 'mode nearest or linear', attributes.mode);
  }
  return result;
}

/** The mixing along one axis as a matrix [outputs, inputs], or its transpose. */
function mixingMatrix(
  length: number,
  { low, high, share }: Taps,
  dtype: FloatType,
  transposed: boolean,
): Tensor {
  const count = low.length;
  const data = new (arrayType(dtype))(count * length);
  const at = (o: number, i: number) => (transposed ? i * count + o : o * length + i);
  for (let o = 0; o < count; o++) {
    data[at(o, low[o])] += 1 - share[o];
    data[at(o, high[o])] += share[o];
  }
  return new Tensor({ dtype, shape: transposed ? [length, count] : [count, length] }, data);
}

function pullBack(inputs: readonly Tensor[], attributes: Attributes, dy: Tensor): Tensor {
  const [x] = inputs;
  let dx = dy;
  for (const [axis, scaling] of scalings(inputs, attributes)) {
    const fromEnd = x.rank - axis;
    const length = x.shape[axis] as number;
    const along = taps(length, scaling, attributes);
    const dtype = x.dtype as FloatType;
    if (fromEnd === 1) dx = matMul(dx, mixingMatrix(length, along, dtype, false));
    else if (fromEnd === 2) dx = matMul(mixingMatrix(length, along, dtype, true), dx);
    else
      throw new InputError('resize', 'to differentiate, changes of the last two axes only', `axis ${axis}`);
  }
  return dx;
}

/** y mixes neighbours along each axis by a matrix: y = M x, so dx = Mᵀ dy */
export const Resize = defineOp({
  type: 'Resize',
  attributes: rules,
  infer: (inputs, attributes): [TensorType] => {
    const changed = scalings(inputs, attributes);
    const [x] = inputs;
    return [{ dtype: x.dtype, shape: x.shape.map((dim, i) => changed.get(i)?.size ?? dim) }];
  },
  kernel: (inputs, attributes, [y]) => {
    const [x] = inputs;
    const steps = [...scalings(inputs, attributes)].map(([axis, scaling]) => ({
      axis,
      taps: taps(x.sizes[axis], scaling, attributes),
    }));
    interpolate(x, steps, y);
  },
  vjp: ({ inputs, attributes, cotangents: [dy] }) => [
    () => pullBack(inputs, attributes, dy),
    ...inputs.slice(1).map(() => null),
  ],
});

/** How output positions map to input positions; the names are ONNX's. */
export type CoordinateMode = 'half_pixel' | 'pytorch_half_pixel' | 'asymmetric' | 'align_corners';

export interface ResizeOptions {
  /** The result's size along every axis. */
  readonly sizes?: readonly number[];
  /** The factor along every axis; the result's size is rounded down. */
  readonly scales?: readonly number[];
  readonly mode?: 'nearest' | 'linear';
  readonly coordinates?: CoordinateMode;
  readonly nearest?: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
}

/**
 * x with other sizes, each new element the nearest old one or a mix of its neighbours.
 * @throws InputError when neither scales nor sizes, or not one for each axis, are given
 */
export function resize(x: Tensor, options: ResizeOptions): Tensor {
  const { sizes, scales } = options;
  const roi = tensor([], 'float32');
  const attributes = {
    mode: options.mode ?? 'nearest',
    coordinateTransformationMode: options.coordinates ?? 'half_pixel',
    ...(options.nearest && { nearestMode: options.nearest }),
  };
  const scaleInput = tensor([...(sizes ? [] : (scales ?? []))], 'float32');
  return Resize.call([x, roi, scaleInput, ...(sizes ? [tensor([...sizes], 'int64')] : [])], attributes)[0];
}

import { attr } from '../attributes.ts';
import { InputError } from '../errors.ts';
import { defineOp, type InferInput } from '../op.ts';
import { int64s, type Tensor } from '../tensor.ts';
import { formatType, normalizeAxis } from '../types.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { inputOrAttribute } from './rules.ts';
import { copyStrided, stridesOf } from './strided.ts';

/** What is taken along one axis: `count` elements from `start` on, `step` apart. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

interface SliceAttributes {
  readonly starts: readonly number[] | undefined;
  readonly ends: readonly number[] | undefined;
  readonly axes: readonly number[] | undefined;
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** ONNX's rule: negative places count from the end, places outside are moved to the nearest end. */
function cutsOf(inputs: readonly InferInput[], attributes: SliceAttributes): Cut[] {
  const [x] = inputs;
  const starts = inputOrAttribute('slice', 'starts', inputs[1], attributes.starts) ?? [];
  const ends = inputOrAttribute('slice', 'ends', inputs[2], attributes.ends) ?? [];
  const axes = inputOrAttribute('slice', 'axes', inputs[3], attributes.axes) ?? starts.map((_, i) => i);
  const steps = inputOrAttribute('slice', 'steps', inputs[4], undefined) ?? starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length) || steps.includes(0))
    throw new InputError(
      'slice',
      'as many starts as ends, axes and steps, none of which is 0',
      `starts [${starts}], ends [${ends}], axes [${axes}], steps [${steps}]`,
    );
  return axes.map((given, i) => {
    const axis = normalizeAxis('slice', given, x.shape.length);
    const size = x.shape[axis];
    const step = steps[i];
    if (typeof size === 'string') {
      if (starts[i] === 0 && step === 1 && ends[i] >= 2 ** 31 - 1) return { axis, start: 0, step, count: -1 };
      throw new InputError('slice', 'axes whose size is known', `axis ${axis} of ${formatType(x)}`);
    }
    const place = (p: number) => (p < 0 ? p + size : p);
    const start = step > 0 ? clamp(place(starts[i]), 0, size) : clamp(place(starts[i]), 0, size - 1);
    const end = step > 0 ? clamp(place(ends[i]), 0, size) : clamp(place(ends[i]), -1, size - 1);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** dx is dy where it was taken from and 0 elsewhere. */
export const Slice = defineOp({
  type: 'Slice',
  attributes: { starts: attr.ints(), ends: attr.ints(), axes: attr.ints() },
  infer: (inputs, attributes) => {
    const shape = [...inputs[0].shape];
    for (const { axis, count } of cutsOf(inputs, attributes)) if (count >= 0) shape[axis] = count;
    return [{ dtype: inputs[0].dtype, shape }];
  },
  kernel: (inputs, attributes, [y]) => {
    const [x] = inputs;
    const strides = stridesOf(x.sizes);
    let offset = 0;
    for (const { axis, start, step } of cutsOf(inputs, attributes)) {
      offset += start * strides[axis];
      strides[axis] *= step;
    }
    copyStrided(x.data, offset, strides, y.data, y.sizes);
  },
  vjp: ({ inputs, attributes, cotangents: [dy] }) => [
    () => spread(dy, cutsOf(inputs, attributes), inputs[0].sizes),
    null,
    null,
    null,
    null,
  ],
});

/** The transpose of a slice: puts `dy` back to where it was cut from, with zeros around and between. */
function spread(dy: Tensor, cuts: readonly Cut[], sizes: readonly number[]): Tensor {
  let dx = dy;
  const before = sizes.map(() => 0);
  const after = sizes.map(() => 0);
  for (const { axis, start, step, count } of cuts) {
    if (step < 0) dx = slice(dx, [-1], [Number.MIN_SAFE_INTEGER], [axis], [-1]);
    const stride = Math.abs(step);
    if (stride > 1) dx = stretch(dx, axis, stride);
    const first = step < 0 ? start + (count - 1) * step : start;
    before[axis] = count > 0 ? first : 0;
    after[axis] = sizes[axis] - before[axis] - count * stride;
  }
  return [...before, ...after].some((n) => n !== 0) ? pad(dx, [...before, ...after]) : dx;
}

/** Puts `stride` − 1 zeros after every element along the axis. */
function stretch(x: Tensor, axis: number, stride: number): Tensor {
  const { sizes } = x;
  const apart = reshape(x, [...sizes.slice(0, axis + 1), 1, ...sizes.slice(axis + 1)]);
  const pads = new Array<number>(2 * apart.rank).fill(0);
  pads[apart.rank + axis + 1] = stride - 1;
  return reshape(pad(apart, pads), sizes.with(axis, sizes[axis] * stride));
}

/**
 * Elements from `starts` to before `ends`, `steps` apart, along `axes` (the first ones unless given). Negative
 * places count from the end; places outside are moved to the nearest end.
 */
export const slice = (
  x: Tensor,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[] = starts.map((_, i) => i),
  steps?: readonly number[],
): Tensor =>
  Slice.call([x, int64s(starts), int64s(ends), int64s(axes), steps ? int64s(steps) : undefined])[0];

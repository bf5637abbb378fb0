import type { Op } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { concat, split } from './concat.ts';
import { pad } from './pad.ts';

// ONNX Runtime's WebGPU provider (1.30) gives wrong numbers for some counts of channels, found by comparing it with
// the processor's over many; https://github.com/microsoft/onnxruntime/issues/29651 reports some of them. Convolutions
// of these counts are written in others. `browser.slow.test.ts` of the trainer runs each kind.

type Call = Readonly<Record<string, unknown>>;
type Inputs = readonly (Tensor | undefined)[];

const channelsOf = (x: Tensor | undefined, axis: number): number => x?.shape[axis] as number;

/** Each group as a convolution of its own. */
function perGroup(op: Op, [x, w, b]: Inputs, call: Call, group: number): Tensor {
  const parts = (t: Tensor, axis: number): Tensor[] =>
    split(t, new Array<number>(group).fill(channelsOf(t, axis) / group), axis);
  const [xs, ws] = [parts(x as Tensor, 1), parts(w as Tensor, 0)];
  const bs = b && parts(b, 0);
  const ys = xs.map((part, i) => op.call([part, ws[i], bs?.[i]], { ...call, group: 1 } as never)[0]);
  return concat(ys, 1);
}

/** Zeros after the elements of an axis, up to a multiple of 4. */
function toFours(x: Tensor, axis: number): Tensor {
  const pads = new Array<number>(2 * x.rank).fill(0);
  pads[x.rank + axis] = -channelsOf(x, axis) & 3;
  return pad(x, pads);
}

/** A convolution that WebGPU computes right, where it does not as it stands. */
export function portableConv(op: Op, inputs: Inputs, call: Call, group: number): Tensor[] | undefined {
  const [x, w, b] = inputs;
  const [channels, outputs] = [channelsOf(x, 1), channelsOf(w, 0)];
  if (group > 1) {
    // Outputs are computed four or two at a time, by one group's weights.
    const each = outputs / group;
    const together = [4, 2].find((n) => outputs % n === 0) ?? 1;
    return each >= 4 && each % together !== 0 ? [perGroup(op, inputs, call, group)] : undefined;
  }
  if (channels <= 3 || channels % 3 !== 0 || channels % 4 === 0 || outputs % 4 !== 0) return undefined;
  return op.call([toFours(x as Tensor, 1), toFours(w as Tensor, 1), b], call as never);
}

/** A transposed convolution that WebGPU computes right, where it does not as it stands. */
export function portableConvTranspose(
  op: Op,
  inputs: Inputs,
  call: Call,
  group: number,
): Tensor[] | undefined {
  const [, w] = inputs;
  const wrong = group > 1 && channelsOf(w, 1) === 1 && (channelsOf(w, 0) / group) % 2 === 0;
  return wrong ? [perGroup(op, inputs, call, group)] : undefined;
}

import { Float16Array } from '@petamoriken/float16';
import { TensorData } from '@trainyard/onnx-ir';

/** The greatest finite float16, the least one with full precision, and the least of all. */
export const greatestHalf = 65504;
const leastNormalHalf = 2 ** -14;

export interface HalfTensor {
  readonly data: TensorData;
  /** Finite numbers that became infinite. */
  readonly overflowed: number;
  /** Numbers other than 0 that became 0. */
  readonly vanished: number;
  /** Numbers that became subnormal, so with fewer than 11 significant bits. */
  readonly subnormal: number;
  /** Numbers other than 0, before. */
  readonly nonzero: number;
}

/** A float32 tensor rounded to float16, half to even, subnormals included. */
export function toHalf(data: TensorData): HalfTensor {
  const from = data.view('float32');
  const halves = new Float16Array(from);
  const counts = { overflowed: 0, vanished: 0, subnormal: 0, nonzero: 0 };
  for (let i = 0; i < from.length; i++) {
    const x = from[i]!;
    if (x === 0) continue;
    counts.nonzero++;
    const half = Math.abs(halves[i]!);
    if (half === Infinity && Number.isFinite(x)) counts.overflowed++;
    else if (half === 0) counts.vanished++;
    else if (half < leastNormalHalf) counts.subnormal++;
  }
  return { data: TensorData.from('float16', data.dims, new Uint16Array(halves.buffer)), ...counts };
}

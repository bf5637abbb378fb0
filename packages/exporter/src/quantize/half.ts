import { fromNumbers, type TensorData, toNumbers } from '@trainyard/onnx-ir';

/** The least float16 with full precision. */
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
  const halves = fromNumbers('float16', data.dims, from);
  const rounded = toNumbers(halves);
  const counts = { overflowed: 0, vanished: 0, subnormal: 0, nonzero: 0 };
  for (let i = 0; i < from.length; i++) {
    const x = from[i]!;
    if (x === 0) continue;
    counts.nonzero++;
    const half = Math.abs(rounded[i]!);
    if (half === Infinity && Number.isFinite(x)) counts.overflowed++;
    else if (half === 0) counts.vanished++;
    else if (half < leastNormalHalf) counts.subnormal++;
  }
  return { data: halves, ...counts };
}

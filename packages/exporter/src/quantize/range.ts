import type { TensorData } from '@trainyard/onnx-ir';
import type { Range } from './parameters.ts';

/** The least and the greatest element of a float32 tensor; [0, 0] where it has none. */
export function rangeOf(data: TensorData): Range {
  let min = Infinity;
  let max = -Infinity;
  for (const x of data.view('float32')) {
    min = Math.min(min, x);
    max = Math.max(max, x);
  }
  return data.size === 0 ? { min: 0, max: 0 } : { min, max };
}

/** Whether a float32 tensor holds no NaN and no infinity. */
export const allFinite = (data: TensorData): boolean => data.view('float32').every(Number.isFinite);

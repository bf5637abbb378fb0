import { TensorData } from '@trainyard/onnx-ir';
import { cFloat, type Parameters } from '../kernels/kernel.ts';
import { cTypeOf } from '../program/element-type.ts';
import type { Tensor } from '../program/program.ts';
import { inComment, wrapped } from './text.ts';

/** The array of a constant. */
export function constantArray({ cName, dtype, shape, name, bytes }: Tensor): string {
  const data = new TensorData(dtype, shape, bytes!);
  const comment = `/* ${inComment(name)}: ${dtype}[${shape.join(', ')}] */`;
  return `${comment}\nstatic const ${cTypeOf(dtype)} ${cName}[${Math.max(1, data.size)}] = {\n${wrapped(literals(data))}\n};`;
}

function literals(data: TensorData): Iterable<string> {
  switch (data.dtype) {
    case 'float32':
      return Array.from(data.view('float32'), cFloat);
    case 'float64':
      return Array.from(data.view('float64'), cDouble);
    case 'int64':
      return Array.from(data.view('int64'), (x) =>
        x === -(2n ** 63n) ? '(-INT64_C(9223372036854775807) - 1)' : `INT64_C(${x})`,
      );
    case 'uint64':
      return Array.from(data.view('uint64'), (x) => `UINT64_C(${x})`);
    case 'int32':
      return Array.from(data.view('int32'), (x) => (x === -(2 ** 31) ? 'INT32_MIN' : String(x)));
    case 'uint32':
      return Array.from(data.view('uint32'), (x) => `${x}u`);
    default:
      return Array.from(data.view(data.dtype as 'uint8'), String);
  }
}

function cDouble(x: number): string {
  if (Number.isNaN(x)) return 'NAN';
  if (!Number.isFinite(x)) return x > 0 ? '(double)INFINITY' : '-(double)INFINITY';
  return /[.e]/.test(String(x)) ? String(x) : `${x}.0`;
}

/** The struct of a step's parameters. */
export function parametersStruct(name: string, { type, fields }: Parameters): string {
  const items = Object.entries(fields).map(
    ([field, value]) => `.${field} = ${Array.isArray(value) ? `{${value.join(', ')}}` : value}`,
  );
  return `static const ${type} ${name} = {\n${wrapped(items)}\n};`;
}

/** Whether the text of constants needs INFINITY or NAN of math.h. */
export const needsMath = (source: string): boolean => /\b(INFINITY|NAN)\b/.test(source);

import { Float16Array } from '@petamoriken/float16';
import type { DataType } from './data-type.ts';
import { ModelError } from './errors.ts';
import { type AnyView, isViewable, TensorData, type ViewableType, views } from './tensor-data.ts';

/** Layouts of the small floating-point types: bits of the exponent and of the mantissa, and the exponent's bias. */
interface SmallFloat {
  readonly bits: 4 | 8;
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** Which codes are no finite numbers. */
  readonly special: 'ieee' | 'onlyNaN' | 'negativeZeroIsNaN' | 'none';
}

/** Source: "Float stored in 8 bits" and "Float stored in 4 bits" in ONNX's technical documents. */
const smallFloats: Partial<Record<DataType, SmallFloat>> = {
  float8e4m3fn: { bits: 8, exponent: 4, mantissa: 3, bias: 7, special: 'onlyNaN' },
  float8e4m3fnuz: { bits: 8, exponent: 4, mantissa: 3, bias: 8, special: 'negativeZeroIsNaN' },
  float8e5m2: { bits: 8, exponent: 5, mantissa: 2, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { bits: 8, exponent: 5, mantissa: 2, bias: 16, special: 'negativeZeroIsNaN' },
  float4e2m1: { bits: 4, exponent: 2, mantissa: 1, bias: 1, special: 'none' },
};

const packedIntegers: Partial<Record<DataType, { readonly bits: number; readonly signed: boolean }>> = {
  uint4: { bits: 4, signed: false },
  int4: { bits: 4, signed: true },
  uint2: { bits: 2, signed: false },
  int2: { bits: 2, signed: true },
};

/** Whether elements of a type are single numbers: all but strings and complex numbers. */
export const isNumeric = (dtype: DataType): boolean =>
  dtype !== 'string' && dtype !== 'complex64' && dtype !== 'complex128';

/**
 * The elements as numbers, row-major, whatever the type; 64-bit integers beyond 2^53 are rounded.
 * @throws ModelError for strings and complex numbers
 */
export function toNumbers(data: TensorData): Float64Array {
  const { dtype, size } = data;
  if (dtype === 'float16') {
    const bits = data.view('float16');
    return Float64Array.from(new Float16Array(bits.buffer, bits.byteOffset, bits.length));
  }
  if (dtype === 'bfloat16') {
    // The upper half of a float32.
    const bits = Uint32Array.from(data.view('bfloat16'), (half) => half << 16);
    return Float64Array.from(new Float32Array(bits.buffer));
  }
  if (isViewable(dtype)) return Float64Array.from(data.view(dtype) as ArrayLike<number | bigint>, Number);
  const integer = packedIntegers[dtype];
  if (integer) return codes(data.bytes, size, integer.bits).map((code) => signed(code, integer));
  const float = smallFloats[dtype];
  if (float) return codes(data.bytes, size, float.bits).map((code) => decode(code, float));
  if (dtype === 'float8e8m0')
    return Float64Array.from(data.bytes, (code) => (code === 255 ? NaN : 2 ** (code - 127)));
  throw new ModelError('toNumbers', 'a type whose elements are numbers', dtype);
}

/**
 * A tensor of numbers, rounded to `dtype` as JavaScript's typed arrays do.
 * @throws ModelError when their number does not fit `dims`
 */
export function fromNumbers(
  dtype: Exclude<ViewableType, 'bfloat16'>,
  dims: readonly number[],
  numbers: ArrayLike<number>,
): TensorData {
  const values = Array.from(numbers);
  switch (dtype) {
    case 'float16': {
      const halves = Float16Array.from(values);
      return TensorData.from(dtype, dims, new Uint16Array(halves.buffer, halves.byteOffset, halves.length));
    }
    case 'int64':
      return TensorData.from(dtype, dims, BigInt64Array.from(values, BigInt));
    case 'uint64':
      return TensorData.from(dtype, dims, BigUint64Array.from(values, BigInt));
    default:
      return TensorData.from(dtype, dims, views[dtype].from(values) as AnyView);
  }
}

/** Elements of fewer than 8 bits, packed from the low end of each byte. */
function codes(bytes: Uint8Array, size: number, bits: number): Float64Array {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return Float64Array.from({ length: size }, (_, i) => {
    return (bytes[Math.floor(i / perByte)] >> ((i % perByte) * bits)) & mask;
  });
}

const signed = (code: number, { bits, signed: isSigned }: { bits: number; signed: boolean }): number =>
  isSigned && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;

function decode(code: number, { bits, exponent, mantissa, bias, special }: SmallFloat): number {
  const sign = code >= 2 ** (bits - 1) ? -1 : 1;
  const fraction = code & (2 ** mantissa - 1);
  const power = (code >> mantissa) & (2 ** exponent - 1);
  const allOnes = power === 2 ** exponent - 1;
  if (special === 'negativeZeroIsNaN' && sign < 0 && power === 0 && fraction === 0) return NaN;
  if (special === 'ieee' && allOnes) return fraction === 0 ? sign * Infinity : NaN;
  if (special === 'onlyNaN' && allOnes && fraction === 2 ** mantissa - 1) return NaN;
  const scale = 2 ** -mantissa;
  return power === 0
    ? sign * fraction * scale * 2 ** (1 - bias)
    : sign * (1 + fraction * scale) * 2 ** (power - bias);
}

import onnxProto, { type onnx } from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';
import { ModelError } from '../errors.ts';

/** The messages of ONNX 1.10.2 (IR version 8); `unknown-fields.ts` reads what is newer. */
export const proto = onnxProto.onnx;
export type { onnx };

export const Reader = protobuf.Reader;
export type Reader = protobuf.Reader;
export const Writer = protobuf.Writer;
export type Writer = protobuf.Writer;

/** What protobufjs makes of a 64-bit integer. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}
export type ProtoInt = number | Long;

const isLong = (value: unknown): value is Long => typeof value === 'object' && value !== null;

export function toBigInt(value: ProtoInt): bigint {
  if (!isLong(value)) return BigInt(value);
  const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  return value.unsigned ? bits : BigInt.asIntN(64, bits);
}

/** A number where it is exact as one, else a bigint. */
export function toInt(value: ProtoInt): number | bigint {
  const wide = toBigInt(value);
  const narrow = Number(wide);
  return Number.isSafeInteger(narrow) ? narrow : wide;
}

/** @throws ModelError when the number is negative or above 2^53 */
export function toCount(where: string, value: ProtoInt): number {
  const count = toInt(value);
  if (typeof count === 'number' && count >= 0) return count;
  throw new ModelError(where, 'a size from 0 to 2^53', String(count));
}

export function fromInt(value: number | bigint): Long {
  const bits = BigInt.asUintN(64, BigInt(value));
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes, or undefined where they are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

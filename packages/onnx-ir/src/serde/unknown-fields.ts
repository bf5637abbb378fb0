import { Reader } from './proto.ts';
import { type MessageName, type Nested, schema } from './schema.ts';

/** A field that onnx-proto does not read: its number, its payload where it has a length, and all its bytes. */
export interface UnknownField {
  readonly number: number;
  readonly payload: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

/** The unknown fields of decoded messages; no entry where a message has none. */
export type UnknownFields = Map<object, UnknownField[]>;

const lengthDelimited = 2;
const maxDepth = 200;

/**
 * Walks the bytes of a message beside its decoded form, and adds what the decoder skipped to `found`.
 * @throws RangeError or Error when the bytes do not hold what their lengths say
 */
export function findUnknownFields(
  bytes: Uint8Array,
  name: MessageName,
  decoded: object,
  found: UnknownFields,
): void {
  walk(bytes, name, decoded, found, 0);
}

function walk(
  bytes: Uint8Array,
  name: MessageName,
  decoded: object,
  found: UnknownFields,
  depth: number,
): void {
  if (depth > maxDepth) throw new RangeError(`messages nested deeper than ${maxDepth}`);
  const { plain, nested } = schema[name];
  const reader = Reader.create(bytes);
  const counts = new Map<number, number>();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const [number, wire] = [tag >>> 3, tag & 7];
    const inner = nested[number];
    if (inner) {
      if (wire !== lengthDelimited) throw new Error(`a message of ${name} without a length`);
      const count = counts.get(number) ?? 0;
      counts.set(number, count + 1);
      walk(reader.bytes(), inner.message, child(decoded, inner, count), found, depth + 1);
      continue;
    }
    const payloadAt = reader.pos;
    reader.skipType(wire);
    if (plain.includes(number)) continue;
    const field = {
      number,
      payload: wire === lengthDelimited ? Reader.create(bytes.subarray(payloadAt)).bytes() : undefined,
      bytes: bytes.slice(start, reader.pos),
    };
    const others = found.get(decoded);
    if (others) others.push(field);
    else found.set(decoded, [field]);
  }
}

function child(decoded: object, { property, repeated }: Nested, at: number): object {
  const value = (decoded as Record<string, unknown>)[property];
  const message = repeated ? (value as unknown[] | undefined)?.[at] : value;
  if (typeof message !== 'object' || message === null) throw new Error(`a broken field "${property}"`);
  return message;
}

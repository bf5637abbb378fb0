import { proto, textOf } from './proto.ts';
import type { MessageName } from './schema.ts';
import { findUnknownFields, type UnknownField, type UnknownFields } from './unknown-fields.ts';

/** Numbers of fields that ONNX gained after 1.10.2, by message. Source: onnx.proto of ONNX 1.18. */
export const newerFields = {
  graph: { metadata: 16 },
  node: { overload: 8, metadata: 9 },
  valueInfo: { metadata: 4 },
  function: { attributeDefaults: 11, valueInfo: 12, overload: 13, metadata: 14 },
} as const;

/** The unknown fields of one message, taken out by number; what is left over stays as it is. */
export class NewerFields {
  #fields: readonly UnknownField[];
  readonly #unknown: UnknownFields;

  constructor(unknown: UnknownFields, message: object) {
    this.#unknown = unknown;
    this.#fields = unknown.get(message) ?? [];
  }

  #payloads(number: number): Uint8Array[] {
    const taken = this.#fields.filter((field) => field.number === number && field.payload);
    this.#fields = this.#fields.filter((field) => !taken.includes(field));
    return taken.map((field) => field.payload!);
  }

  /** Messages, whose own unknown fields are found as well. */
  messages<T extends object>(number: number, name: MessageName, decode: (bytes: Uint8Array) => T): T[] {
    return this.#payloads(number).map((bytes) => {
      const message = decode(bytes);
      findUnknownFields(bytes, name, message, this.#unknown);
      return message;
    });
  }

  text(number: number): string {
    return textOf(this.#payloads(number).at(-1) ?? new Uint8Array()) ?? '';
  }

  entries(number: number): [string, string][] {
    const entries = this.#payloads(number).map((bytes) => proto.StringStringEntryProto.decode(bytes));
    return entries.map(({ key, value }) => [key, value]);
  }

  /** The bytes of all fields that nobody took. */
  rest(): Uint8Array | undefined {
    if (this.#fields.length === 0) return undefined;
    const size = this.#fields.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const joined = new Uint8Array(size);
    let at = 0;
    for (const { bytes } of this.#fields) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return joined;
  }
}

/**
 * The text of bytes in UTF-8, without a byte order mark at its start.
 *
 * Not by `TextDecoder`: Hermes, the engine of React Native, had none until 2026, and what apps put in its place often
 * knows nothing of `fatal`. `decodeURIComponent` is strict in every engine.
 * @throws URIError when the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  let escaped = '';
  for (const byte of bytes) escaped += percent[byte];
  return decodeURIComponent(escaped).replace(/^\ufeff/, '');
}

const percent = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`);

/** Whether the bytes are those of a text in ASCII. */
export const isText = (bytes: Uint8Array, text: string): boolean =>
  bytes.length === text.length && bytes.every((byte, i) => byte === text.charCodeAt(i));

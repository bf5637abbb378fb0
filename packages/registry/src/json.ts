import { createHash } from 'node:crypto';
import { InputError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const maxJson = 1 << 20;
/** PostgreSQL's text takes neither NUL nor half a surrogate pair. */
const unstorable = /\0|\p{Surrogate}/u;

/**
 * The JSON text of a value, with the keys of every object in order, so that equal values give equal texts.
 * @throws InputError at what JSON, or PostgreSQL's, can't hold: numbers that are not finite, NUL, more than 1 MiB
 */
export function canonicalJson(where: string, value: Json): string {
  const text = write(where, value, 0);
  if (text.length <= maxJson) return text;
  throw new InputError(
    where,
    `at most ${maxJson} characters of JSON`,
    `${text.length}`,
    'store it as an artifact',
  );
}

function write(where: string, value: unknown, depth: number): string {
  if (depth > 64) throw new InputError(where, 'JSON at most 64 levels deep', 'more');
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string') return JSON.stringify(storable(where, value));
  if (Array.isArray(value)) return `[${value.map((item) => write(where, item, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    const written = entries.map(
      ([key, item]) => `${JSON.stringify(storable(where, key))}:${write(where, item, depth + 1)}`,
    );
    return `{${written.join(',')}}`;
  }
  throw new InputError(
    where,
    'JSON: finite numbers, text, booleans, null, arrays and plain objects',
    String(value),
  );
}

const isPlain = (value: object) =>
  Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;

function storable(where: string, text: string): string {
  if (!unstorable.test(text)) return text;
  throw new InputError(
    where,
    'text without NUL and without halves of surrogate pairs',
    JSON.stringify(text.slice(0, 80)),
  );
}

/** @throws InputError unless it is text with at least one printed character, at most `max` of them, that can be stored */
export function checkText(where: string, text: string, max = 4000): string {
  if (typeof text !== 'string' || text.trim() === '' || text.length > max)
    throw new InputError(
      where,
      `1 to ${max} characters of text`,
      typeof text === 'string' ? `${text.length}` : String(text),
    );
  return storable(where, text);
}

/** `sha256:` and 64 hexadecimal digits of the canonical JSON of a value. */
export const digestOfJson = (where: string, value: Json): string => digestOfText(canonicalJson(where, value));

export const digestOfText = (text: string): string =>
  `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;

import type { Json, JsonObject } from '@trainyard/registry';

/** Reading what others stored: what has another form than expected is undefined, or empty. */
export const objectOf = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

export const objectsOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).map(objectOf).filter((item) => item !== undefined) : [];

export const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Everything in it by its path: `{ a: { b: 1 } }` → `a.b` is `1`. Lists are values. */
export function flatten(value: JsonObject, path = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, item] of Object.entries(value)) {
    const inner = objectOf(item);
    if (inner && Object.keys(inner).length > 0)
      for (const [name, text] of flatten(inner, `${path}${key}.`)) all.set(name, text);
    else all.set(`${path}${key}`, JSON.stringify(item));
  }
  return all;
}

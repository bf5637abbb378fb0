import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { BundleError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';

const { manifest, files } = tinyBundle();
const changed = (change: (manifest: Record<string, never>) => void): string => {
  const copy = structuredClone(manifest) as unknown as Record<string, never>;
  change(copy);
  return JSON.stringify(copy);
};

describe('parseManifest', () => {
  test('reads bytes and text alike', () => {
    const bytes = files['manifest.json']!;
    expect(parseManifest(bytes)).toEqual(manifest);
    expect(parseManifest(new TextDecoder().decode(bytes))).toEqual(manifest);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['no JSON', '{"schema": 1,\n  "name"', /expected JSON in UTF-8/],
    ['nothing', '', /expected JSON/],
    ['not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), /expected JSON in UTF-8/],
    ['a list', '[1]', /expected an object, got \[1\]/],
    ['null', 'null', /expected an object, got null/],
    ['lists in lists', `${'['.repeat(1e5)}${']'.repeat(1e5)}`, /expected an object, got something nested/],
    ['no schema', '{}', /expected schema 1, got schema undefined; package/],
    ['a later schema', changed((m) => Object.assign(m, { schema: 2 })), /got schema 2; the bundle is newer/],
    ['one label', changed((m) => Object.assign(m, { labels: ['a'] })), /labels: expected >=2, got 1/],
    [
      'labels that repeat',
      changed((m) => Object.assign(m, { labels: ['a', 'b', 'a'] })),
      /differ, got "a" twice/,
    ],
    ['no input', changed((m) => delete m.input), /input: expected "?input"?|input: expected Object/],
    [
      'a wrong layout',
      changed((m) => Object.assign(m.input!, { layout: 'NCHW' })),
      /input\.layout: expected "NHWC"/,
    ],
    [
      'a size of 0',
      changed((m) => Object.assign(m.input!, { width: 0 })),
      /input\.width: expected >=1, got 0/,
    ],
    [
      'an accuracy of 2',
      changed((m) => Object.assign(m.variants![0]!, { accuracy: 2 })),
      /variants\.0\.accuracy/,
    ],
    [
      'a name that leads out',
      changed((m) => Object.assign(m.variants![0]!, { file: '../x' })),
      /got "\.\.\/x"/,
    ],
    ['no variants', changed((m) => Object.assign(m, { variants: [] })), /variants: expected >=1/],
    [
      'a short digest',
      changed((m) => Object.assign(m.variants![0]!, { digest: 'sha256:12' })),
      /"sha256:12"/,
    ],
  ])('refuses %s in one line', (_, source, message) => {
    const error = errorOf(() => parseManifest(source));
    expect(error).toBeInstanceOf(BundleError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^manifest\.json.*: expected .*, got .*; /);
    expect(error.message).not.toMatch(/\n/);
  });

  test('refuses two variants of a name', () => {
    const twice: Manifest = { ...manifest, variants: [manifest.variants[0]!, manifest.variants[0]!] };
    expect(() => parseManifest(JSON.stringify(twice))).toThrow(/variant names that differ, got "full" twice/);
  });
});

function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

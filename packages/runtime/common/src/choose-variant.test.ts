import { tinyBundle } from '@trainyard/testing/runtime';
import { describe, expect, test } from 'vitest';
import { chooseVariant, type VariantWish } from './choose-variant.ts';
import { VariantError } from './errors.ts';
import type { Manifest, Variant } from './manifest.ts';

const base = tinyBundle().manifest;
const variant = (name: string, rest: Partial<Variant>): Variant => ({ ...base.variants[0]!, name, ...rest });
const manifest: Manifest = {
  ...base,
  variants: [
    variant('float32', {
      accuracy: 0.99,
      bytes: 4000,
      targets: ['node', 'web'],
    }),
    variant('float16', { accuracy: 0.99, bytes: 2000, agreement: 0.9, targets: ['web'] }),
    variant('int8', {
      accuracy: 0.98,
      bytes: 1000,
      targets: ['node', 'embedded'],
    }),
    variant('pruned', { accuracy: 0.97, bytes: 900, targets: ['node'] }),
  ],
};
const latencies = {
  float32: { p50: 2, p95: 3 },
  int8: { p50: 1, p95: 2 },
  pruned: { p50: 1.5, p95: 2 },
};
const name = (wish: VariantWish) => chooseVariant(manifest, wish, latencies).variant.name;

describe('chooseVariant', () => {
  test.each<[VariantWish, string]>([
    [{}, 'float32'],
    [{ prefer: 'accuracy' }, 'float32'],
    [{ prefer: 'speed' }, 'int8'],
    [{ prefer: 'size' }, 'pruned'],
    [{ prefer: 'size', platform: 'web' }, 'float16'],
    [{ prefer: 'size', minAccuracy: 0.98 }, 'int8'],
    [{ prefer: 'accuracy', maxBytes: 1500 }, 'int8'],
    [{ prefer: 'speed', platform: 'web' }, 'float32'],
    [{ prefer: 'pruned' }, 'pruned'],
    [{ variant: 'float16' }, 'float16'],
    [{ variant: 'float16', platform: 'node' }, 'float16'],
  ])('%j: %s', (wish, expected) => expect(name(wish)).toBe(expected));

  test('goes by operations where nothing was timed', () => {
    const variants = manifest.variants.map((rest, i) => ({ ...rest, flops: 100 - i }));
    const choice = chooseVariant({ ...manifest, variants }, { prefer: 'speed' });
    expect(choice.variant.name).toBe('pruned');
    expect(choice.reason).toBe('fewest operations (97) of 4');
  });

  test('says why', () => {
    expect(chooseVariant(manifest).reason).toBe('most accurate (99.00 %) of 4');
    expect(chooseVariant(manifest, { prefer: 'speed', platform: 'node' }, latencies).reason).toMatch(
      /^fastest \(1 ms.*of 3$/,
    );
    expect(chooseVariant(manifest, { variant: 'float16', platform: 'node' }).reason).toMatch(
      /not made for node/,
    );
  });

  test('takes a preference for a name when it is given as one', () => {
    const odd = { ...manifest, variants: [...manifest.variants, variant('size', { bytes: 9999 })] };
    expect(chooseVariant(odd, { variant: 'size' }).variant.bytes).toBe(9999);
    expect(chooseVariant(odd, { prefer: 'size' }).variant.name).toBe('pruned');
  });

  test.each<[VariantWish, RegExp]>([
    [{ variant: 'int4' }, /one of the variants float32, float16, int8, pruned, got "int4"/],
    [{ prefer: 'constructor' }, /got "constructor"/],
    [{ platform: 'react-native' }, /a variant for react-native, got float32: 4000 bytes/],
    [{ maxBytes: 10, minAccuracy: 0.5 }, /of at most 10 bytes, with accuracy of at least 0.5/],
    [{ variant: 'pruned', minAccuracy: 0.98 }, /variant pruned: expected accuracy of at least 0.98/],
  ])('%j is refused', (wish, message) => {
    expect(() => chooseVariant(manifest, wish)).toThrow(VariantError);
    expect(() => chooseVariant(manifest, wish)).toThrow(message);
  });
});

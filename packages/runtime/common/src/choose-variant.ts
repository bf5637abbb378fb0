import type { Latencies } from './benchmark.ts';
import { VariantError } from './errors.ts';
import type { Manifest, Platform, Variant } from './manifest.ts';

/** Milliseconds of one picture when the bundle was released; undefined where that was not measured. */
type MedianOf = (variant: Variant) => number | undefined;

interface Order {
  compare(a: Variant, b: Variant, medianOf: MedianOf): number;
  why(variant: Variant, medianOf: MedianOf): string;
}

const orders = {
  accuracy: {
    compare: (a, b) => b.accuracy - a.accuracy || b.agreement - a.agreement || a.bytes - b.bytes,
    why: ({ accuracy }) => `most accurate (${(accuracy * 100).toFixed(2)} %)`,
  },
  speed: {
    compare: (a, b, medianOf) => {
      const [first = Infinity, second = Infinity] = [medianOf(a), medianOf(b)];
      // Infinity less itself is no number: neither was measured.
      return first === second ? a.flops - b.flops || a.bytes - b.bytes : first - second;
    },
    why(variant, medianOf) {
      const median = medianOf(variant);
      return median === undefined
        ? `fewest operations (${variant.flops})`
        : `fastest (${median} ms a picture when released)`;
    },
  },
  size: {
    compare: (a, b) => a.bytes - b.bytes || b.accuracy - a.accuracy,
    why: ({ bytes }) => `smallest (${bytes} bytes)`,
  },
} satisfies Record<string, Order>;

export type Preference = keyof typeof orders;

export interface VariantWish {
  readonly platform?: Platform;
  /** The name of a variant. */
  readonly variant?: string;
  /** What matters most, or the name of a variant. By default accuracy. */
  readonly prefer?: Preference | (string & {});
  readonly maxBytes?: number;
  /** Share of test pictures, 0 to 1. */
  readonly minAccuracy?: number;
}

export interface VariantChoice {
  readonly variant: Variant;
  /** For the log. */
  readonly reason: string;
}

/**
 * The variant that fits best: of those made for the platform and within the limits, the first by preference.
 * A variant that is called by name is taken even on a platform it was not made for, but not against the limits.
 * @param latencies for the preference `speed`, which goes by operations where they are missing
 * @throws VariantError when none is left, or no variant has the name
 */
export function chooseVariant(
  manifest: Manifest,
  wish: VariantWish = {},
  latencies: Latencies = {},
): VariantChoice {
  const { platform, variant, prefer = 'accuracy' } = wish;
  if (variant !== undefined) return named(manifest, wish, variant, platform);
  if (!isOrder(prefer)) return named(manifest, wish, prefer, platform);
  const medianOf: MedianOf = ({ name }) =>
    Object.hasOwn(latencies, name) ? latencies[name]?.p50 : undefined;
  return first(manifest, wish, orders[prefer], medianOf);
}

const isOrder = (prefer: string): prefer is Preference => Object.hasOwn(orders, prefer);

function first(manifest: Manifest, wish: VariantWish, order: Order, medianOf: MedianOf): VariantChoice {
  const { platform } = wish;
  const fitting = manifest.variants.filter(
    (variant) => (!platform || variant.targets.includes(platform)) && !limitBroken(variant, wish),
  );
  const [variant] = fitting.sort((a, b) => order.compare(a, b, medianOf));
  if (!variant)
    throw new VariantError(
      `bundle ${manifest.name}`,
      `a variant ${[platform && `for ${platform}`, ...limits(wish)].filter(Boolean).join(', ')}`,
      manifest.variants.map(summary).join(' | '),
      'relax the limits or release a variant that fits',
    );
  return { variant, reason: `${order.why(variant, medianOf)} of ${fitting.length}` };
}

function named(manifest: Manifest, wish: VariantWish, name: string, platform?: Platform): VariantChoice {
  const variant = manifest.variants.find((candidate) => candidate.name === name);
  if (!variant)
    throw new VariantError(
      `bundle ${manifest.name}`,
      `one of the variants ${manifest.variants.map((known) => known.name).join(', ')}`,
      `"${name}"`,
      `choose one of them, or ${Object.keys(orders).join(', ')}`,
    );
  const broken = limitBroken(variant, wish);
  if (broken) throw new VariantError(`variant ${name}`, broken, summary(variant), 'relax the limit');
  const made = !platform || variant.targets.includes(platform);
  return { variant, reason: made ? 'called by name' : `called by name, though not made for ${platform}` };
}

function limitBroken(variant: Variant, { maxBytes, minAccuracy }: VariantWish): string | undefined {
  if (maxBytes !== undefined && variant.bytes > maxBytes) return `at most ${maxBytes} bytes`;
  if (minAccuracy !== undefined && variant.accuracy < minAccuracy)
    return `accuracy of at least ${minAccuracy}`;
  return undefined;
}

const limits = ({ maxBytes, minAccuracy }: VariantWish): string[] => [
  ...(maxBytes === undefined ? [] : [`of at most ${maxBytes} bytes`]),
  ...(minAccuracy === undefined ? [] : [`with accuracy of at least ${minAccuracy}`]),
];

const summary = ({ name, bytes, accuracy, targets }: Variant): string =>
  `${name}: ${bytes} bytes, accuracy ${accuracy}, for ${targets.join('/') || 'nothing'}`;

import type { Variant } from '@trainyard/runtime-common';
import { type BundlePlace, loadBundle } from '@trainyard/runtime-web';
import { median } from '../page/format.ts';

export interface Measured {
  readonly variant: string;
  /** Milliseconds of one picture, the way to the worker and back included: the median of the quietest burst. */
  readonly milliseconds: number;
  /** Share of the pictures whose top class is that of the first variant. */
  readonly agreement: number;
  readonly provider: string;
}

export interface MeasureOptions {
  readonly place: BundlePlace;
  /** The first one is what the others are compared with. */
  readonly variants: readonly Variant[];
  readonly provider: 'wasm' | 'webgpu';
  /** uint8 [pictures, 8, 8]. */
  readonly images: Uint8Array;
  readonly pictures: number;
  readonly signal: AbortSignal;
  /** `share` of all that is to do, 0 to 1. */
  readonly onProgress: (variant: string, share: number) => void;
  readonly onMeasured: (measured: Measured) => void;
}

/** So that something else that the machine does for a moment does not count against a variant. */
const bursts = 8;
const runsPerBurst = 40;
const warmUpRuns = 40;
const pauseMs = 40;

/**
 * Runs every variant of a bundle in this browser, one after the other, so that none takes the processor from another.
 * @throws what loading throws; the signal's reason
 */
export async function measure(options: MeasureOptions): Promise<void> {
  const { variants, place, provider, images, pictures, signal, onProgress, onMeasured } = options;
  const size = images.length / pictures;
  let reference: number[] | undefined;
  for (const [done, { name }] of variants.entries()) {
    const tell = (part: number): void => onProgress(name, (done + part) / variants.length);
    tell(0);
    const classifier = await loadBundle(place, {
      variant: name,
      executionProviders: provider === 'webgpu' ? ['webgpu', 'wasm'] : ['wasm'],
      signal,
    });
    try {
      tell(0.3);
      const tops = topClasses(await classifier.predict(images, { signal }), pictures);
      reference ??= tops;
      const timeOf = async (count: number): Promise<number> => {
        const times: number[] = [];
        for (let run = 0; run < count; run++) {
          const at = run % pictures;
          const from = performance.now();
          await classifier.predict(images.subarray(at * size, (at + 1) * size), { signal });
          times.push(performance.now() - from);
        }
        return median(times);
      };
      await timeOf(warmUpRuns);
      let best = Infinity;
      for (let burst = 0; burst < bursts; burst++) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        best = Math.min(best, await timeOf(runsPerBurst));
        tell(0.4 + (0.6 * (burst + 1)) / bursts);
      }
      const same = tops.filter((top, i) => top === reference![i]).length;
      onMeasured({
        variant: name,
        milliseconds: best,
        agreement: same / pictures,
        provider: classifier.provider,
      });
    } finally {
      await classifier.dispose();
    }
  }
}

/** The index of the largest logit of each row. */
function topClasses(logits: Float32Array, rows: number): number[] {
  const columns = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const own = logits.subarray(row * columns, (row + 1) * columns);
    return own.indexOf(Math.max(...own));
  });
}

import type { Classifier } from '@trainyard/runtime-common';
import type { Latency } from './target.ts';

export interface Predicted {
  readonly logits: Float32Array;
  readonly batched?: Float32Array;
  readonly provider: string;
  readonly latency: Latency;
}

export interface PredictOptions {
  readonly pictures: number;
  /** Whether to run batches too. */
  readonly batches: boolean;
  /** Where runs are slow: so many pictures alone, and the others in batches alone. */
  readonly alone?: number;
  readonly signal?: AbortSignal;
}

/** Runs are repeated until there are so many, or so much time is gone. */
const timedRuns = 200;
const timedMilliseconds = 1500;

/**
 * What a runtime's classifier gives for pictures, each alone and then in batches. It runs in the browser as well, so
 * there is nothing of Node in it.
 * @param pixels uint8 [pictures, height, width, channels]
 */
export async function predictAll(
  classifier: Pick<Classifier<never>, 'predict' | 'warmup' | 'provider'>,
  pixels: Uint8Array,
  { pictures, batches, alone, signal }: PredictOptions,
): Promise<Predicted> {
  const size = pixels.length / pictures;
  const times: number[] = [];
  const one = async (i: number): Promise<Float32Array> => {
    const from = performance.now();
    const logits = await classifier.predict(pixels.subarray(i * size, (i + 1) * size), { signal });
    times.push(performance.now() - from);
    return logits;
  };
  await classifier.warmup();
  const single = batches ? Math.min(pictures, alone ?? pictures) : pictures;
  const each: Float32Array[] = [];
  const from = performance.now();
  for (let i = 0; i < single; i++) each.push(await one(i));
  while (alone === undefined && times.length < timedRuns && performance.now() - from < timedMilliseconds)
    await one(times.length % pictures);
  const latency = latencyOf(times);
  const { provider } = classifier;
  if (!batches) return { logits: joined(each), provider, latency };
  const batched = await classifier.predict(pixels, { signal });
  const rest = batched.subarray((batched.length / pictures) * single);
  return { logits: joined([...each, rest]), batched, provider, latency };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param times milliseconds, at least one */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = [...times].sort((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
  return { p50: quantile(0.5), p95: quantile(0.95), runs: times.length };
}

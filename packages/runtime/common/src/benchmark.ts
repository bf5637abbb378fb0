import * as v from 'valibot';
import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import type { BundleSource } from './source.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * Beside the manifest, and not in it: what was measured differs from run to run, and the same weights must make the
 * same bundle. So its digest does not cover this file, and nothing but a preference for speed goes by it.
 */
export const benchmarkFile = 'benchmark.json';

const milliseconds = v.pipe(v.number(), v.minValue(0));

const benchmarkSchema = v.object({
  schema: v.literal(1),
  /** Where it was measured, for people. */
  machine: v.string(),
  /** Milliseconds of one picture, by variant. */
  latencyMs: v.record(v.string(), v.object({ p50: milliseconds, p95: milliseconds })),
});

/** What `benchmark.json` of a bundle holds: how fast its variants were on the machine that released them. */
export type Benchmark = v.InferOutput<typeof benchmarkSchema>;
export type Latencies = Benchmark['latencyMs'];

/** The latencies of a bundle, where it has some; a file that can't be used is said in the log, and stops nothing. */
export async function readLatencies(source: BundleSource, logger: Logger): Promise<Latencies | undefined> {
  if (!(await source.has?.(benchmarkFile))) return undefined;
  try {
    const json: unknown = JSON.parse(decodeUtf8(await source.read(benchmarkFile)));
    return v.parse(benchmarkSchema, json).latencyMs;
  } catch (error) {
    logger.warn(`${source.name}, ${benchmarkFile}: not used: ${messageOf(error)}`);
    return undefined;
  }
}

import { type LatencyFigures, measureLatency } from '@trainyard/exporter';
import * as ort from 'onnxruntime-node';
import { readDatasetInfo, readSplit } from '../dataset-file.ts';
import { json } from '../folder.ts';
import { pictureBatches } from '../picture-batches.ts';
import type { Stage } from '../stage.ts';
import { readVariants } from '../variants.ts';

/** Milliseconds of one picture, by variant. */
export type Latencies = Readonly<Record<string, LatencyFigures>>;

const benchmark: Stage = async ({ folder, log }) => {
  const info = await readDatasetInfo(folder);
  const [{ pixels }] = pictureBatches(await readSplit(folder, 'test'), info.imageShape, {
    batchSize: 1,
    limit: 1,
  });
  const variants = await readVariants(folder);
  const latencies = await measureLatency(
    Object.fromEntries(variants.map(({ name, bytes }) => [name, bytes])),
    { pixels, ort },
  );
  await folder.replace('benchmark', { 'latency.json': json(latencies) });
  for (const [name, { p50, p95 }] of Object.entries(latencies))
    log.success(`${name}: ${p50.toFixed(3)} ms a picture, ${p95.toFixed(3)} ms at the 95th percentile`);
};

export default benchmark;

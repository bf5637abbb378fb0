import { InputError } from '@trainyard/autograd';
import { cloneModel, type Model, writeModel } from '@trainyard/onnx-ir';
import type { InferenceSession, InferenceSessionFactory } from 'onnxruntime-common';
import { dropUnusedConstants } from './constants.ts';
import { nameGlobalMeans } from './global-means.ts';
import { Histogram } from './histogram.ts';
import { observableValues } from './observe.ts';
import type { Ranges } from './options.ts';

export type Feeds = InferenceSession.FeedsType;

export interface CalibrateOptions {
  /** ONNX Runtime, of whatever platform. */
  readonly ort: { readonly InferenceSession: InferenceSessionFactory };
  /** `minmax` takes every number; `percentile` leaves out rare ones, so that the others get finer steps. Default: minmax. */
  readonly method?: 'minmax' | 'percentile';
  /** The share of numbers that `percentile` keeps, in percent. Default: 99.99. */
  readonly percentile?: number;
  /** Bins of each histogram on each side of zero, a power of two. Default: 2048. */
  readonly bins?: number;
  readonly session?: InferenceSession.SessionOptions;
}

/**
 * Runs pictures through a float model and notes which range each value has that `quantizeStatic` may ask for.
 * Memory: one histogram (32 KB) a value and the intermediate values of one batch, however many batches come.
 * The result does not depend on the order of the batches.
 * @param batches feeds of the model's inputs; 100 to 500 pictures in all are usually enough
 * @throws InputError when no batch comes, or where a value is not finite
 */
export async function calibrate(
  model: Model,
  batches: AsyncIterable<Feeds> | Iterable<Feeds>,
  options: CalibrateOptions,
): Promise<Ranges> {
  const { ort, method = 'minmax', percentile = 99.99, bins = 2048, session: sessionOptions } = options;
  if (!(percentile > 0 && percentile <= 100))
    throw new InputError('calibrate', 'a percentile above 0, at most 100', `${percentile}`);
  if (!Number.isInteger(Math.log2(bins)))
    throw new InputError('calibrate', 'a power of two of bins', `${bins}`);
  const copy = cloneModel(model);
  nameGlobalMeans(copy.graph);
  dropUnusedConstants(copy.graph);
  const observed = observableValues(copy);
  const inputs = new Set(copy.graph.inputs);
  for (const value of observed) {
    value.type ??= { dtype: 'float32' };
    if (!inputs.has(value) && !copy.graph.outputs.includes(value)) copy.graph.outputs.push(value);
  }
  const histograms = new Map(observed.map(({ name }) => [name, new Histogram(bins)]));
  const session = await ort.InferenceSession.create(writeModel(copy), {
    graphOptimizationLevel: 'basic',
    ...sessionOptions,
  });
  let count = 0;
  try {
    for await (const feeds of batches) {
      const results = await session.run(
        feeds,
        [...histograms.keys()].filter((name) => !(name in feeds)),
      );
      for (const [name, histogram] of histograms) {
        const { data } = results[name] ?? feeds[name]!;
        if (!histogram.add(data as Float32Array))
          throw new InputError(
            'calibrate',
            `finite numbers in batch ${count}`,
            `NaN or infinity in "${name}"`,
            'check the pictures and the weights',
          );
      }
      for (const tensor of Object.values(results)) tensor.dispose();
      count++;
    }
  } finally {
    await session.release();
  }
  if (count === 0) throw new InputError('calibrate', 'at least one batch', 'none');
  const share = method === 'minmax' ? 1 : percentile / 100;
  return new Map([...histograms].map(([name, histogram]) => [name, histogram.middle(share)]));
}

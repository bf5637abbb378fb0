import { loadBundle, type NodeOptions } from '@trainyard/runtime-node';
import * as ort from 'onnxruntime-node';
import type { Timed } from '../contender.ts';
import type { Subject } from './subjects.ts';

/** Runs of the same pixels; all on one thread of ONNX Runtime, so that they differ in nothing but who calls it. */
export interface Runner extends Timed {
  logits(): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const threads = { intraOp: 1 };

/** What there is to be done at least: a tensor in, a run, the logits out. */
export async function bare({ model, shape }: Subject, pixels: Uint8Array): Promise<Runner> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads.intraOp,
  });
  const dims = [pixels.length / (shape[0] * shape[1] * shape[2]), ...shape];
  const logits = async () => {
    const results = await session.run({ pixels: new ort.Tensor('uint8', pixels, dims) });
    return results.logits.data as Float32Array;
  };
  return { name: 'onnxruntime-node', logits, step: stepOf(logits), dispose: () => session.release() };
}

export async function trainyard(
  { source, variant }: Subject,
  pixels: Uint8Array,
  name: string,
  options: NodeOptions,
): Promise<Runner> {
  const classifier = await loadBundle(source, { variant, threads, ...options });
  const logits = () => classifier.predict(pixels);
  return { name, logits, step: stepOf(logits), dispose: () => classifier.dispose() };
}

const stepOf = (logits: () => Promise<Float32Array>) => async (): Promise<number> => (await logits())[0];

/** @throws where a runner gives other logits than the first: `tolerance` off, or more */
export async function requireSameLogits(runners: readonly Runner[], tolerance: number): Promise<void> {
  const [first, ...others] = runners;
  const expected = await first.logits();
  for (const { name, logits } of others) {
    const actual = await logits();
    const worst = Math.max(...expected.map((logit, i) => Math.abs(logit - actual[i])));
    if (actual.length !== expected.length || !(worst <= tolerance))
      throw new Error(`${name} gives logits that are ${worst} off those of ${first.name}`);
  }
}

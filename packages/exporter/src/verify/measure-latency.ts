import { InputError } from '@trainyard/autograd';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { type ExportOrt, quiet } from './verify.ts';

/** Milliseconds of one run: the median, and what 95 of 100 runs do not exceed. */
export interface LatencyFigures {
  readonly p50: number;
  readonly p95: number;
}

const warmUpRuns = 20;

/**
 * Milliseconds of one run of each model on the same input. The models take turns, so that whatever else the machine
 * does meets them alike, and are warmed up first.
 * @param models the bytes of each, by name
 * @param options.runs how often each model is timed; 200 unless given
 */
export async function measureLatency<Name extends string>(
  models: Readonly<Record<Name, Uint8Array>>,
  { pixels, ort, runs = 200 }: { readonly pixels: Tensor; readonly ort: ExportOrt; readonly runs?: number },
): Promise<Record<Name, LatencyFigures>> {
  if (!Number.isInteger(runs) || runs < 1) throw new InputError('measureLatency', '1 run or more', `${runs}`);
  const contenders: { name: Name; session: InferenceSession; times: number[] }[] = [];
  try {
    for (const [name, bytes] of Object.entries<Uint8Array>(models))
      contenders.push({
        name: name as Name,
        session: await ort.InferenceSession.create(bytes, quiet),
        times: [],
      });
    for (let run = -warmUpRuns; run < runs; run++)
      for (const { session, times } of contenders) {
        const start = performance.now();
        await session.run({ [session.inputNames[0]!]: pixels });
        if (run >= 0) times.push(performance.now() - start);
      }
  } finally {
    for (const { session } of contenders) await session.release();
  }
  return Object.fromEntries(contenders.map(({ name, times }) => [name, figuresOf(times)])) as Record<
    Name,
    LatencyFigures
  >;
}

function figuresOf(times: number[]): LatencyFigures {
  times.sort((a, b) => a - b);
  const quantile = (q: number) => times[Math.min(times.length - 1, Math.floor(times.length * q))]!;
  return { p50: quantile(0.5), p95: quantile(0.95) };
}

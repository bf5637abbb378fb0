import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadBundle } from '@trainyard/runtime-node';
import { pixelsOf } from '@trainyard/testing/runtime-cases';
import { formatTable } from '../table.ts';
import type { Subject } from './subjects.ts';

export interface LoopFigures {
  readonly name: string;
  readonly batch: number;
  readonly picturesPerSecond: number;
  /** Milliseconds that a timer of the caller's thread was late. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const resolution = 1;
const milliseconds = 5000;

/** How late timers of the caller are while the model has always more to do than it can. */
async function measure(subject: Subject, batch: number, worker: number): Promise<LoopFigures> {
  const classifier = await loadBundle(subject.source, { variant: subject.variant, worker });
  const pixels = pixelsOf(batch * subject.shape.reduce((a, b) => a * b));
  const until = async (end: number): Promise<number> => {
    let runs = 0;
    const lane = async () => {
      while (performance.now() < end) {
        const logits = await classifier.predict(pixels);
        if (!Number.isFinite(logits[0])) throw new Error(`a run of ${subject.name} gave ${logits[0]}`);
        runs++;
      }
    };
    await Promise.all(Array.from({ length: 4 * Math.max(1, worker) }, lane));
    return runs;
  };
  await until(performance.now() + 500);
  const monitor = monitorEventLoopDelay({ resolution });
  monitor.enable();
  const from = performance.now();
  const runs = await until(from + milliseconds);
  const seconds = (performance.now() - from) / 1000;
  monitor.disable();
  await classifier.dispose();
  // It counts from one tick of its timer to the next.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
  return {
    name: worker === 0 ? 'without a worker' : worker === 1 ? 'one worker' : `pool of ${worker}`,
    batch,
    picturesPerSecond: (runs * batch) / seconds,
    p50: late(monitor.percentile(50)),
    p99: late(monitor.percentile(99)),
    max: late(monitor.max),
  };
}

/** The delay of the event loop under full load, which the bar for worker threads is on. */
export async function measureEventLoop(
  subject: Subject,
  log: (line: string) => void,
): Promise<LoopFigures[]> {
  const rows: LoopFigures[] = [];
  for (const batch of [1, 32])
    for (const worker of [0, 1, 2]) rows.push(await measure(subject, batch, worker));
  const header = [`${subject.name}, event loop late`, 'batch', 'pictures/s', 'p50, ms', 'p99, ms', 'max, ms'];
  const lines = rows.map(({ name, batch, picturesPerSecond, p50, p99, max }) => [
    name,
    String(batch),
    picturesPerSecond.toFixed(0),
    ...[p50, p99, max].map((value) => value.toFixed(2)),
  ]);
  for (const line of formatTable(header, lines)) log(line);
  log('the bar is a p99 of 5 ms with workers\n');
  return rows;
}

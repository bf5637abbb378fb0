import { pixelsOf } from '@trainyard/testing/runtime-cases';
import { type InterleaveOptions, interleave, median, ratioInTurns, type Timing } from '../interleave.ts';
import { formatTable } from '../table.ts';
import { bare, type Runner, requireSameLogits, trainyard } from './contenders.ts';
import type { Subject } from './subjects.ts';

export interface OverheadRow {
  readonly name: string;
  readonly batch: number;
  readonly msPerStep: number;
  readonly fastest: number;
  /** Of the time of bare onnxruntime-node: the median round of the median load. */
  readonly ratio: number;
  /** By load: where a model comes to lie in memory decides about a percent. */
  readonly ratios: readonly number[];
}

const timing: InterleaveOptions = { warmup: 20, rounds: 25, turn: 30, settle: 10, enough: 20_000 };
// Of which each loads all models anew.
const loads = 5;

const makers: readonly ((subject: Subject, pixels: Uint8Array) => Promise<Runner>)[] = [
  bare,
  (subject, pixels) => trainyard(subject, pixels, 'runtime-node', {}),
  (subject, pixels) => trainyard(subject, pixels, 'runtime-node, worker', { worker: true }),
  (subject, pixels) => trainyard(subject, pixels, 'runtime-node, WASM', { executionProviders: ['wasm'] }),
];

/** `predict` against a session of onnxruntime-node, on pixels that need no preprocessing. */
export async function measureOverhead(subject: Subject, log: (line: string) => void): Promise<OverheadRow[]> {
  const rows: OverheadRow[] = [];
  for (const batch of [1, 32]) {
    const pixels = pixelsOf(batch * subject.shape.reduce((a, b) => a * b));
    const measured: Share[][] = [];
    for (let load = 0; load < loads; load++) measured.push(await timeOnce(subject, pixels, load));
    for (const [i, { timing }] of measured[0].entries()) {
      const all = measured.map((shares) => shares[i]);
      const ratios = all.map(({ ratio }) => ratio);
      rows.push({
        name: timing.name,
        batch,
        msPerStep: median(all.map(({ timing }) => timing.msPerStep)),
        fastest: Math.min(...all.map(({ timing }) => timing.fastest)),
        ratio: median(ratios),
        ratios,
      });
    }
  }
  const lines = rows.map(({ name, batch, msPerStep, fastest, ratio, ratios }) => [
    name,
    String(batch),
    msPerStep.toFixed(4),
    fastest.toFixed(4),
    ratio.toFixed(3),
    `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
  ]);
  const header = [`${subject.name}, predict`, 'batch', 'ms', 'fastest', 'ratio', 'of loads'];
  for (const line of formatTable(header, lines)) log(line);
  log('the bar is 1.03 without a worker\n');
  return rows;
}

/** A timing, and its ratio to that of the bare session that took turns with it. */
interface Share {
  readonly timing: Timing;
  readonly ratio: number;
}

const sharesOf = (timings: readonly Timing[]): Share[] =>
  timings.map((timing) => ({ timing, ratio: ratioInTurns(timing, timings[0]) }));

/** Loads all contenders, which one first by turns, and times them. */
async function timeOnce(subject: Subject, pixels: Uint8Array, load: number): Promise<Share[]> {
  const order = makers.map((_, i) => (i + load) % makers.length);
  const loaded = new Map<number, Runner>();
  for (const i of order) loaded.set(i, await makers[i](subject, pixels));
  const runners = makers.map((_, i) => loaded.get(i)!);
  try {
    await requireSameLogits(runners, 1e-4);
    // In pairs: what others do would push a small model's memory out of the caches.
    const pairs: Share[][] = [];
    for (const runner of runners.slice(1))
      pairs.push(sharesOf(await interleave([runners[0], runner], timing)));
    return [pairs[0][0], ...pairs.map(([, share]) => share)];
  } finally {
    for (const runner of runners) await runner.dispose();
  }
}

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '@trainyard/runtime-common';
import { environment } from '@trainyard/runtime-node';
import { cellOf, failedCell, refusedCell } from './cell.ts';
import { compareOrigins } from './origins.ts';
import { type Cell, type Conformance, parseConformance, type ReportedTarget } from './report/schema.ts';
import type { SkippedSubject, Subject } from './subject.ts';
import { type Outcome, Refusal, type Target } from './target.ts';

export interface RunOptions {
  readonly targets: readonly Target[];
  /** What the others are compared with; it runs first, chosen or not. */
  readonly reference: Target;
  readonly subjects: readonly Subject[];
  readonly skippedSubjects: readonly SkippedSubject[];
  /** A folder for whatever targets make. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Told of every target that is skipped and every result. */
  readonly onTarget?: (target: ReportedTarget) => void;
  readonly onCell?: (cell: Cell) => void;
}

/**
 * Runs every target with every subject, and compares.
 * @throws the signal's reason; whatever the reference fails with, as there is nothing to compare with then
 */
export async function runConformance(options: RunOptions): Promise<Conformance> {
  const { targets, reference, subjects, scratch, signal, onTarget, onCell } = options;
  const from = performance.now();
  const logits = new Map<string, Float32Array>();
  const cells: Cell[] = [];
  const reported = new Map<string, ReportedTarget>();

  async function runTarget(target: Target): Promise<void> {
    const { name, title, description, timed } = target;
    const isReference = target === reference;
    const isChosen = targets.includes(target);
    const done = new Set<string>();
    const add = (cell: Cell): void => {
      done.add(cell.subject);
      if (!isChosen) return;
      cells.push(cell);
      onCell?.(cell);
    };
    const report = (more: Partial<ReportedTarget> = {}): void => {
      if (!isChosen) return;
      const entry = { name, title, description, timed, shipped: [], ...more };
      reported.set(name, entry);
      onTarget?.(entry);
    };
    const missing = target.missing();
    if (missing !== undefined) return report({ skipped: missing });
    report();
    const folder = join(scratch, name);
    await mkdir(folder, { recursive: true });
    const context = { signal, scratch: folder };
    try {
      await target.open(context, async (run) => {
        for (const subject of subjects) {
          signal.throwIfAborted();
          const refused = target.refuses?.(subject);
          if (refused !== undefined) {
            add(refusedCell(target, subject, refused));
            continue;
          }
          try {
            const { latency, ...rest }: Outcome = await run(subject);
            const outcome = { ...rest, ...(timed && latency && { latency }) };
            if (isReference) logits.set(subject.name, outcome.logits);
            add(await cellOf(target, subject, outcome, logits.get(subject.name)!));
          } catch (error) {
            signal.throwIfAborted();
            if (isReference) throw error;
            const cell = error instanceof Refusal ? refusedCell : failedCell;
            add(cell(target, subject, messageOf(error)));
          }
        }
      });
      const shipped = await target.shipped?.(context);
      if (shipped && isChosen) reported.set(name, { ...reported.get(name)!, shipped: [...shipped] });
    } catch (error) {
      signal.throwIfAborted();
      if (isReference) throw error;
      // What kept the whole target from running kept every subject from it that has no result yet.
      const left = subjects.filter((subject) => !done.has(subject.name));
      if (left.length === 0) throw error;
      for (const subject of left) add(failedCell(target, subject, messageOf(error)));
    }
  }

  await runTarget(reference);
  const origins = await compareOrigins(subjects, signal);
  const others = targets.filter((target) => target !== reference);
  for (const target of others.filter(({ timed }) => timed)) await runTarget(target);
  await inParallel(
    others.filter(({ timed }) => !timed),
    runTarget,
  );
  const { node, onnxRuntime, cpu, processors, platform } = environment();
  return parseConformance({
    schema: 1,
    createdAt: new Date().toISOString(),
    seconds: Math.round((performance.now() - from) / 1000),
    environment: { node, onnxRuntime, cpu, processors, platform },
    targets: targets.map(({ name }) => reported.get(name)),
    subjects: subjects.map(({ name, arithmetic, pictures, classes, model, variant }) => {
      return { name, arithmetic, pictures, classes, bytes: model.length, digest: variant.digest };
    }),
    skippedSubjects: options.skippedSubjects,
    origins,
    cells: inOrder(cells, targets, subjects),
  });
}

/** Emulators are slow, and their time is not measured: as many at once as there are processors. */
async function inParallel<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await each(item);
  };
  const lanes = await Promise.allSettled(Array.from({ length: availableParallelism() }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}

const inOrder = (cells: readonly Cell[], targets: readonly Target[], subjects: readonly Subject[]): Cell[] =>
  targets.flatMap((target) =>
    subjects.flatMap((subject) =>
      cells.filter((cell) => cell.target === target.name && cell.subject === subject.name),
    ),
  );

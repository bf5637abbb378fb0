import { availableParallelism } from 'node:os';
import { environment } from '@trainyard/runtime-node';
import { compareOrigins } from './origins.ts';
import { type Cell, type Conformance, parseConformance, type ReportedTarget } from './report/schema.ts';
import { runTarget } from './run-target.ts';
import type { SkippedSubject, Subject } from './subject.ts';
import type { Target } from './target.ts';

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

  async function runOne(target: Target): Promise<void> {
    const { name, title, description, timed } = target;
    const isChosen = targets.includes(target);
    const skipped = target.missing();
    const entry = { name, title, description, timed, ...(skipped !== undefined && { skipped }) };
    reported.set(name, { ...entry, shipped: [] });
    if (isChosen) onTarget?.({ ...entry, shipped: [] });
    if (skipped !== undefined) return;
    const shipped = await runTarget(target, {
      subjects,
      scratch,
      signal,
      logits,
      isReference: target === reference,
      onCell(cell) {
        if (!isChosen) return;
        cells.push(cell);
        onCell?.(cell);
      },
    });
    reported.set(name, { ...entry, shipped: [...shipped] });
  }

  await runOne(reference);
  const origins = await compareOrigins(subjects, signal);
  const others = targets.filter((target) => target !== reference);
  for (const target of others.filter(({ timed }) => timed)) await runOne(target);
  await inParallel(
    others.filter(({ timed }) => !timed),
    runOne,
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

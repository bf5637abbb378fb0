import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@trainyard/runtime-common';
import { cellOf, failedCell, refusedCell } from './cell.ts';
import type { Cell } from './report/schema.ts';
import type { Subject } from './subject.ts';
import { type Part, Refusal, type RunSubject, type Target } from './target.ts';

export interface TargetRun {
  readonly subjects: readonly Subject[];
  /** A folder for whatever targets make. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** The reference's logits by the name of the subject, which it fills itself. */
  readonly logits: Map<string, Float32Array>;
  readonly isReference: boolean;
  readonly onCell: (cell: Cell) => void;
}

/**
 * Runs a target with every subject; what fails is a result as well, a failure.
 * @throws the signal's reason; whatever the reference fails with, as there is nothing to compare with then
 */
export async function runTarget(target: Target, run: TargetRun): Promise<readonly Part[]> {
  const { subjects, scratch, signal, isReference, onCell } = run;
  const context = { signal, scratch: join(scratch, target.name) };
  const left = new Set(subjects);
  const add = (subject: Subject, cell: Cell): void => {
    left.delete(subject);
    onCell(cell);
  };
  await mkdir(context.scratch, { recursive: true });
  try {
    await target.open(context, async (runSubject) => {
      for (const subject of subjects) add(subject, await resultOf(target, subject, runSubject, run));
    });
    return (await target.shipped?.(context)) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    if (isReference || left.size === 0) throw error;
    // What kept the target from running kept every subject from it that has no result yet.
    for (const subject of left) add(subject, failedCell(target, subject, messageOf(error)));
    return [];
  }
}

async function resultOf(
  target: Target,
  subject: Subject,
  runSubject: RunSubject,
  { signal, logits, isReference }: TargetRun,
): Promise<Cell> {
  signal.throwIfAborted();
  const refused = target.refuses?.(subject);
  if (refused !== undefined) return refusedCell(target, subject, refused);
  try {
    const { latency, ...rest } = await runSubject(subject);
    if (isReference) logits.set(subject.name, rest.logits);
    const outcome = { ...rest, ...(target.timed && latency && { latency }) };
    return await cellOf(target, subject, outcome, logits.get(subject.name)!);
  } catch (error) {
    signal.throwIfAborted();
    if (isReference) throw error;
    const cell = error instanceof Refusal ? refusedCell : failedCell;
    return cell(target, subject, messageOf(error));
  }
}

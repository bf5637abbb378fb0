import { milliseconds, percent, small } from './format.ts';
import type { Cell, Conformance, ReportedTarget } from './schema.ts';

const marks = { held: '✓', broken: '✗', failed: '✗', refused: '–' } as const;

export const targetLine = ({ title, name, skipped }: ReportedTarget): string =>
  skipped === undefined ? `${name}: ${title}` : `${name}: skipped, ${skipped}`;

/** One result for a log. */
export function cellLine({ target, subject, status, reasons, comparison, latencyMs }: Cell): string {
  const figures = comparison && [
    `difference ${small(comparison.maxDifference)}`,
    `agreement ${percent(comparison.agreeing / comparison.pictures)}`,
    ...(latencyMs ? [milliseconds(latencyMs.p50)] : []),
  ];
  const said = [figures?.join(', '), reasons.join('; ')].filter(Boolean).join(': ');
  return `  ${marks[status]} ${target} ${subject}: ${said}`;
}

export interface Verdict {
  readonly lines: readonly string[];
  /** Whether every bar holds of what ran. */
  readonly holds: boolean;
  /** Whether every target ran. */
  readonly complete: boolean;
}

export const isBad = ({ status }: Cell): boolean => status === 'broken' || status === 'failed';

export interface Alike {
  readonly target: string;
  readonly subjects: readonly string[];
  readonly reason: string;
}

/** Models of which a target has the same to say, together. */
export function alike(cells: readonly Cell[]): Alike[] {
  const groups = new Map<string, { target: string; subjects: string[]; reason: string }>();
  for (const { target, subject, reasons } of cells) {
    const reason = reasons.join('; ');
    const key = `${target}: ${reason}`;
    const group = groups.get(key) ?? { target, subjects: [], reason };
    group.subjects.push(subject);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export function verdict({ cells, targets, skippedSubjects, origins }: Conformance): Verdict {
  const bad = cells.filter(isBad);
  const badOrigins = origins.filter(({ reasons }) => reasons.length > 0);
  const skipped = targets.filter((target) => target.skipped !== undefined);
  const lines = [
    ...skipped.map(targetLine),
    ...skippedSubjects.map(({ name, reason }) => `${name}: skipped, ${reason}`),
    ...alike(bad).map(({ target, subjects, reason }) => `✗ ${target} with ${subjects.join(', ')}: ${reason}`),
    ...badOrigins.map(
      ({ subject, origin, reasons }) => `✗ ${subject} beside ${origin}: ${reasons.join('; ')}`,
    ),
  ];
  const ran = cells.filter(({ status }) => status !== 'refused').length;
  const count = bad.length + badOrigins.length;
  lines.push(
    count > 0
      ? `conformance: ${count} of ${ran + origins.length} results break a bar`
      : `conformance: all ${ran} results hold their bars`,
  );
  return { lines, holds: count === 0, complete: skipped.length === 0 };
}

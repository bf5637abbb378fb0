import { alignColumns, counted, percent } from '../text.ts';
import type { ProfileRow, StepProfile, TimeShare } from './step-profile.ts';

export interface FormatProfileOptions {
  /** Modules that have rows of their own; 12 unless given. */
  readonly modules?: number;
  /** Operators that are told of a module; 4 unless given. */
  readonly operators?: number;
}

interface Line {
  readonly name: string;
  readonly part?: string;
  readonly opType?: string;
  readonly time: TimeShare;
}

/** A profile as text for a terminal: modules with their operators, then operators alone, the slowest first. */
export function formatProfile(
  { milliseconds, batchSize, steps, rows, modules, operators }: StepProfile,
  { modules: mostModules = 12, operators: mostOperators = 4 }: FormatProfileOptions = {},
): string {
  const byModule = shortened(modules, mostModules, ({ module, kind, ...time }) => [
    { name: kind ? `${module} ${kind}` : module, time },
    ...operatorsOf(
      rows.filter((row) => row.module === module),
      mostOperators,
    ),
  ]);
  const byOperator = shortened(operators, mostModules, ({ opType, ...time }) => [{ name: opType, time }]);
  const nodes = operators.reduce((sum, operator) => sum + operator.nodes, 0);
  return [
    `${milliseconds.toFixed(2)} ms a step of ${counted(batchSize, 'picture')}, ${nodes} nodes, medians of ${counted(steps, 'step')}`,
    '',
    ...table(['module', 'part', 'operator', 'nodes', 'ms', 'share'], byModule, true),
    '',
    ...table(['operator', 'nodes', 'ms', 'share'], byOperator, false),
    '',
  ].join('\n');
}

function operatorsOf(rows: readonly ProfileRow[], most: number): Line[] {
  if (rows.length < 2) return rows.map(({ part, opType, ...time }) => ({ name: '', part, opType, time }));
  return shortened(rows, most, ({ part, opType, ...time }) => [{ name: '', part, opType, time }], 'opType');
}

/** Lines of the slowest, and one line for all others. */
function shortened<T extends TimeShare>(
  all: readonly T[],
  most: number,
  linesOf: (item: T) => readonly Line[],
  others: 'name' | 'opType' = 'name',
): Line[] {
  const shown = all.length <= most + 1 ? all : all.slice(0, most);
  const rest = all.slice(shown.length);
  const sum = (of: 'nodes' | 'milliseconds' | 'share') => rest.reduce((total, item) => total + item[of], 0);
  const time = { nodes: sum('nodes'), milliseconds: sum('milliseconds'), share: sum('share') };
  const last: Line[] = rest.length > 0 ? [{ name: '', [others]: `${rest.length} others`, time }] : [];
  return [...shown.flatMap(linesOf), ...last];
}

function table(head: readonly string[], lines: readonly Line[], withParts: boolean): string[] {
  const rows = lines.map(({ name, part = '', opType = '', time: { nodes, milliseconds, share } }) => [
    ...(withParts ? [name, part, opType] : [name]),
    String(nodes),
    milliseconds.toFixed(3),
    percent(share),
  ]);
  const [first, ...others] = alignColumns([head, ...rows], withParts ? 3 : 1);
  return [first, '─'.repeat(first.length), ...others];
}

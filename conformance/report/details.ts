import { milliseconds, percent, size, small } from './format.ts';
import { isBad } from './lines.ts';
import type { Cell, Conformance, ReportedTarget } from './schema.ts';
import { table } from './table.ts';

type Show = (cell: Cell) => string;

/** A row for each model, a column for each of the targets. */
function grid({ subjects, cells }: Conformance, targets: readonly ReportedTarget[], show: Show): string {
  const rows = subjects.map(({ name }) => [
    name,
    ...targets.map((target) => {
      const cell = cells.find((one) => one.target === target.name && one.subject === name);
      return cell ? show(cell) : '';
    }),
  ]);
  return targets.length === 0 ? '' : table(['', ...targets.map(({ title }) => title)], rows);
}

const thatRan = ({ targets }: Conformance): ReportedTarget[] =>
  targets.filter(({ skipped }) => skipped === undefined);

export const detailsTable = (result: Conformance): string => grid(result, thatRan(result), differenceText);

function differenceText(cell: Cell): string {
  const { status, comparison } = cell;
  if (status === 'refused') return '–';
  if (!comparison) return '✗ failed';
  const { maxDifference, agreeing, pictures } = comparison;
  const text = maxDifference === 0 ? '=' : small(maxDifference);
  const agreement = agreeing === pictures ? [] : [percent(agreeing / pictures)];
  return `${isBad(cell) ? '✗ ' : ''}${[text, ...agreement].join(', ')}`;
}

export const latencyTable = (result: Conformance): string =>
  grid(
    result,
    thatRan(result).filter(({ name }) => result.cells.some((cell) => cell.target === name && cell.latencyMs)),
    ({ latencyMs }) => (latencyMs ? milliseconds(latencyMs.p50) : ''),
  );

/** Targets that ship the very file of the model say nothing of their own: one column is for all of them. */
export function sizesTable(result: Conformance): string {
  const { subjects, cells } = result;
  const own = thatRan(result).filter(({ name }) =>
    cells.some((cell) => cell.target === name && cell.ramBytes !== undefined),
  );
  const rows = subjects.map(({ name, bytes }) => [
    name,
    size(bytes),
    ...own.map((target) => {
      const cell = cells.find((one) => one.target === target.name && one.subject === name);
      if (cell?.ramBytes === undefined) return cell?.status === 'refused' ? '–' : '';
      return `${size(cell.parts.reduce((sum, part) => sum + part.bytes, 0))} + ${size(cell.ramBytes)}`;
    }),
  ]);
  return table(['', 'ONNX file', ...own.map(({ title }) => title)], rows);
}

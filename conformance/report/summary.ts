import { type Arithmetic, arithmetics } from '../subject.ts';
import { milliseconds, small } from './format.ts';
import { isBad } from './lines.ts';
import type { Cell, Conformance, ReportedTarget } from './schema.ts';
import { shippedText } from './shipped.ts';
import { table } from './table.ts';

/** The model whose latency and size stand for a target in the matrix. */
const shown = 'digits/float32';

/** The matrix: a row for each target, a column for each arithmetic, the worst of its models in the cell. */
export function summaryTable(result: Conformance): string {
  const kinds = arithmetics.filter((kind) => result.subjects.some(({ arithmetic }) => arithmetic === kind));
  const rows = result.targets.map((target) => {
    if (target.skipped !== undefined)
      return [target.title, ...kinds.map(() => ''), '', `skipped: ${target.skipped}`];
    const cells = result.cells.filter((cell) => cell.target === target.name);
    const one = cells.find(({ subject }) => subject === shown) ?? cells[0];
    return [
      target.title,
      ...kinds.map((kind) => worst(cells.filter((cell) => arithmeticOf(result, cell) === kind))),
      latencyText(target, one),
      shippedText(target, one),
    ];
  });
  return table(['', ...kinds.map((kind) => kindTitles[kind]), 'one picture', 'shipped'], rows);
}

export const kindTitles: Readonly<Record<Arithmetic, string>> = {
  float32: 'float32',
  float16: 'float16',
  int8: 'int8',
  'int8-dynamic': 'int8, dynamic',
};

const arithmeticOf = ({ subjects }: Conformance, { subject }: Cell): Arithmetic | undefined =>
  subjects.find(({ name }) => name === subject)?.arithmetic;

/** `✓ 2.4e-6` for the largest difference; how many pictures got another class, where there are such. */
export function worst(cells: readonly Cell[]): string {
  if (cells.length === 0) return '';
  const ran = cells.filter(({ comparison }) => comparison);
  if (cells.every(({ status }) => status === 'refused')) return '–';
  const mark = cells.some(isBad) ? '✗' : '✓';
  if (ran.length === 0) return `${mark} failed`;
  const differences = ran.map(({ comparison }) => comparison!.maxDifference ?? Number.POSITIVE_INFINITY);
  const most = Math.max(...differences);
  const other = ran.reduce((sum, { comparison }) => sum + comparison!.pictures - comparison!.agreeing, 0);
  const failed = cells.filter(({ status }) => status === 'failed').length;
  return [
    `${mark} ${small(Number.isFinite(most) ? most : null)}`,
    ...(other > 0 ? [`${other} of another class`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
}

const latencyText = ({ timed }: ReportedTarget, cell: Cell | undefined): string =>
  cell?.latencyMs ? milliseconds(cell.latencyMs.p50) : timed ? '' : 'emulated';

import { bytes, count, counted, duration, large, milliseconds, percent, small } from './format.ts';
import type { Report, ReportVariant } from './schema.ts';

type Column = readonly [title: string, cell: (variant: ReportVariant) => string];

const columns: readonly Column[] = [
  ['variant', ({ name }) => name],
  ['accuracy', ({ accuracy }) => percent(accuracy)],
  ['agreement', ({ agreement }) => percent(agreement)],
  ['size', (variant) => bytes(variant.bytes)],
  ['FLOPs', ({ flops }) => large(flops)],
  ['p50', ({ latencyMs }) => milliseconds(latencyMs.p50)],
  ['p95', ({ latencyMs }) => milliseconds(latencyMs.p95)],
  ['logit diff', ({ maxAbsLogitDiff }) => small(maxAbsLogitDiff)],
];

/** The report as plain text for a terminal or a log: two lines in words, then a row for each variant. */
export function renderTable(report: Report): string {
  const { dataset, training, reference, variants, name, seed } = report;
  const rows = [
    columns.map(([title]) => title),
    ...variants.map((variant) => columns.map(([, cell]) => cell(variant).replaceAll('\u00a0', ' '))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const words = [
    `${name}: ${count(dataset.train)} training and ${count(dataset.test)} test pictures of ${dataset.name}, seed ${seed}`,
    `trained network: ${percent(reference.accuracy)} right after ${counted(training.epochs, 'epoch')}, ` +
      `${duration(training.seconds)}, ${count(training.imagesPerSecond)} pictures a second (${training.executor})`,
  ].map((text) => text.replaceAll('\u00a0', ' '));
  const [head, ...body] = rows.map(line);
  return [
    ...words,
    '',
    head!,
    '─'.repeat(Math.max(...rows.map((row) => line(row).length))),
    ...body,
    '',
  ].join('\n');
}

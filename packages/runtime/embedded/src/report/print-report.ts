import type { Report } from './report.ts';

const grouped = (count: number): string => count.toLocaleString('en-US');

/** The report as a table for people: what each layer costs, the totals, and what is worth knowing. */
export function printReport({
  steps,
  flashBytes,
  arenaBytes,
  arenaLowerBound,
  multiplyAdds,
  notes,
}: Report): string {
  const rows = [
    ['layer', 'kernel', 'output', 'flash', 'arena', 'multiply-adds'],
    ...steps.map((step) => [
      shortened(step.name),
      step.kernel,
      step.shape.join(' x '),
      grouped(step.flashBytes),
      grouped(step.arenaBytes),
      grouped(step.multiplyAdds),
    ]),
    ['total', '', '', grouped(flashBytes), grouped(arenaBytes), grouped(multiplyAdds)],
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  const rule = '-'.repeat(Math.max(...lines.map(({ length }) => length)));
  const share = arenaLowerBound > 0 ? arenaBytes / arenaLowerBound : 1;
  return [
    lines[0],
    rule,
    ...lines.slice(1, -1),
    rule,
    lines.at(-1),
    '',
    'flash: bytes of weights and tables; code comes on top',
    `arena: bytes of RAM that a layer needs; in all ${share.toFixed(3)} of the least there can be, ${grouped(arenaLowerBound)}`,
    ...notes.map((note) => `note: ${noteText(note)}`),
    '',
  ].join('\n');
}

const maxName = 40;

/** Names come from files: one line, and not longer than a column. */
function shortened(name: string): string {
  const plain = name.replace(/\p{Cc}/gu, '?');
  return plain.length > maxName ? `…${plain.slice(1 - maxName)}` : plain;
}

const noteText = ({ node, why }: Report['notes'][number]): string =>
  `${node}: ${why}`.replace(/\p{Cc}/gu, '?');

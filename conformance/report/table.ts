/** A table of Markdown; the first column is text, the others are aligned as said. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: 'left' | 'right' = 'right',
): string {
  const rule = header.map((_, i) => (i === 0 || align === 'left' ? '---' : '--:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

const escapeCell = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('\n', ' ');

import { size } from './format.ts';
import type { Cell, Conformance, ReportedTarget } from './schema.ts';
import { table } from './table.ts';

type Part = ReportedTarget['shipped'][number];

/** As it travels: compressed where it goes over the web. */
const travelling = ({ bytes, gzip, brotli }: Part): number => Math.min(bytes, gzip ?? bytes, brotli ?? bytes);

/** All that a target needs for a model, as it travels. */
export function shippedText({ shipped }: ReportedTarget, cell: Cell | undefined): string {
  const parts = [...shipped, ...(cell?.parts ?? [])];
  if (parts.length === 0) return '';
  const total = size(parts.reduce((sum, part) => sum + travelling(part), 0));
  return cell?.ramBytes === undefined ? total : `${total}, ${size(cell.ramBytes)} RAM`;
}

/** What each target ships beside the model: its parts, plain and compressed. */
export function shippedTable({ targets }: Conformance): string {
  const optional = (bytes: number | undefined) => (bytes === undefined ? '' : size(bytes));
  const rows = targets.flatMap(({ title, shipped }) =>
    shipped.map(({ name, bytes, gzip, brotli }, i) => [
      i === 0 ? title : '',
      name,
      size(bytes),
      optional(gzip),
      optional(brotli),
    ]),
  );
  return rows.length === 0 ? '' : table(['', 'file', 'plain', 'gzip', 'brotli'], rows);
}

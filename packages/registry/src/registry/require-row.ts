import { NotFoundError } from '../errors.ts';
import type { Queryable } from '../store/database.ts';

/** @throws NotFoundError unless a table has the row that is about to be referred to */
export async function requireRow(
  scope: Queryable,
  table: 'datasets' | 'runs',
  column: 'digest' | 'id',
  value: string,
  where: string,
): Promise<void> {
  const found = await scope.query(`select 1 from trainyard.${table} where ${column} = $1`, [value]);
  if (found.length === 0)
    throw new NotFoundError(where, `${value} among the ${table} of this store`, 'none', 'record it first');
}

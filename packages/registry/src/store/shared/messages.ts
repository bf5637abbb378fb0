import type { SqlValue } from '../database.ts';

/** What a process asks of the one that has the store open. `transaction` is the number of one that it has begun. */
export type Request = { readonly id: number; readonly transaction?: number } & (
  | { readonly type: 'query'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  | { readonly type: 'script'; readonly sql: string }
  | { readonly type: 'begin' }
  | { readonly type: 'commit' | 'rollback'; readonly transaction: number }
);

/** What is sent of an error: with it, PostgreSQL's fields, which queues look at. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

export type Answer = { readonly id: number } & (
  | { readonly rows: readonly object[] }
  | { readonly error: SentError }
);

/** Whether a message, which may come from anybody, is a request. Its parameters are the database's to judge. */
export function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null) return false;
  const { id, transaction, type, sql, parameters } = message as Record<string, unknown>;
  if (!Number.isSafeInteger(id)) return false;
  if (transaction !== undefined && !Number.isSafeInteger(transaction)) return false;
  if (type === 'query') return typeof sql === 'string' && Array.isArray(parameters);
  if (type === 'script') return typeof sql === 'string';
  if (type === 'begin') return transaction === undefined;
  return (type === 'commit' || type === 'rollback') && transaction !== undefined;
}

/** `code` is the SQLSTATE. */
const fieldNames = [
  'code',
  'severity',
  'detail',
  'hint',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
];

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fields: {} };
  const fields = Object.entries(error).filter(
    ([name, value]) => fieldNames.includes(name) && typeof value === 'string',
  );
  return { name: error.name, message: error.message, fields: Object.fromEntries(fields) };
}

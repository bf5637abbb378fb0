import type { SqlValue } from '../database.ts';

/** What a process asks of the one that has the store open. `transaction` is the number of one that it has begun. */
export type Request = { readonly id: number; readonly transaction?: number } & (
  | { readonly type: 'query'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  | { readonly type: 'script'; readonly sql: string }
  | { readonly type: 'begin' | 'commit' | 'rollback' }
);

export interface SentError {
  readonly name: string;
  readonly message: string;
  /** Of PostgreSQL, such as 23505. */
  readonly code?: string;
}

export type Answer = { readonly id: number } & (
  | { readonly rows: readonly object[] }
  | { readonly error: SentError }
);

/** One step of the schema. It never changes once it is released: its digest is stored where it was applied. */
export interface Migration {
  /** 1, 2, 3, … */
  readonly version: number;
  readonly name: string;
  /** Statements in PostgreSQL's dialect that work on PGlite and on PostgreSQL 13 and newer, without BEGIN and COMMIT. */
  readonly sql: string;
}

/**
 * What the registry throws at bad input or a state that forbids a call: who complains, what it expected, what it
 * got and what to do. The message is one line: `promote digits: expected champion 3, got 4; compare again`.
 */
export class RegistryError extends Error {
  override readonly name: string = 'RegistryError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(oneLine(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`), options);
  }
}

/** A name, digest, text or figure that no store takes. */
export class InputError extends RegistryError {
  override readonly name = 'InputError';
}

/** Another process has the embedded store, or this one has lost it. */
export class StoreLockedError extends RegistryError {
  override readonly name = 'StoreLockedError';
}

/** The database can't be reached. */
export class ConnectionError extends RegistryError {
  override readonly name = 'ConnectionError';
}

/** The database's schema is newer than this code, or is not what its migrations made. */
export class SchemaError extends RegistryError {
  override readonly name = 'SchemaError';
}

/** There is no such run, model, version, dataset or artifact. */
export class NotFoundError extends RegistryError {
  override readonly name = 'NotFoundError';
}

/** The state has moved on since the caller looked, or what is asked for contradicts what is stored. */
export class ConflictError extends RegistryError {
  override readonly name = 'ConflictError';
}

/** A worker that was taken for dead, and whose run another one has, tried to write. */
export class StaleTokenError extends RegistryError {
  override readonly name = 'StaleTokenError';
}

/** An artifact is missing, damaged or too large, or its place is not a plain file of the store. */
export class ArtifactError extends RegistryError {
  override readonly name = 'ArtifactError';
}

export const messageOf = (error: unknown): string =>
  oneLine(error instanceof Error ? error.message || error.name : String(error));

/** The `code` of errors of Node and of PostgreSQL, such as ENOENT and 23505. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error ? (error as Error & { code?: string }).code : undefined;

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();

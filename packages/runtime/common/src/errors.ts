/**
 * What every runtime throws at bad input: who complains, what it expected, what it got and what to do.
 * The message is one line: `manifest.json: expected schema 1, got 2; update @trainyard/runtime-common`.
 */
export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(oneLine(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`), options);
  }
}

/** The bundle, or the model in it, is not what its manifest or its digest says. */
export class BundleError extends RuntimeError {
  override readonly name = 'BundleError';
}

/** No variant of the bundle is what was asked for. */
export class VariantError extends RuntimeError {
  override readonly name = 'VariantError';
}

/** A picture, or a batch of pixels, that the model can't be given. */
export class PictureError extends RuntimeError {
  override readonly name = 'PictureError';
}

/** None of the execution providers that were asked for can run the model, or a run failed in one. */
export class ProviderError extends RuntimeError {
  override readonly name = 'ProviderError';
}

/** The model, or a batch with what is computed of it, does not fit into memory. */
export class MemoryError extends RuntimeError {
  override readonly name = 'MemoryError';
}

/** A classifier was used after `dispose()`, or disposed of before it came to the call. */
export class DisposedError extends RuntimeError {
  override readonly name = 'DisposedError';
}

/** The thread or process that ran the model is gone. */
export class WorkerError extends RuntimeError {
  override readonly name = 'WorkerError';
}

const classes = {
  RuntimeError,
  BundleError,
  VariantError,
  PictureError,
  ProviderError,
  MemoryError,
  DisposedError,
  WorkerError,
};

/** An error as plain data, for a message between threads. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export function errorToData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return stack === undefined ? { name, message } : { name, message, stack };
}

/** The error that `errorToData` took apart, of the same class where it is one of ours. */
export function errorFromData({ name, message, stack }: ErrorData): Error {
  const known = (classes as Record<string, { prototype: Error } | undefined>)[name];
  const error = new Error(message);
  if (known) {
    Object.setPrototypeOf(error, known.prototype);
    Object.defineProperty(error, 'name', { value: name, configurable: true });
  }
  if (stack !== undefined) error.stack = stack;
  return error;
}

export const messageOf = (error: unknown): string =>
  oneLine(error instanceof Error ? error.message : String(error));

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ').trim();

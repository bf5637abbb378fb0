/** A dataset that cannot be loaded as asked. One line: where, what was expected, what came, what to do. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`, options);
  }
}

/** `value` when it is a whole number in [low, high]; otherwise a DatasetError that names the option. */
export function wholeNumber(where: string, value: number, low: number, high = 2 ** 31 - 1): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new DatasetError(where, `a whole number from ${low} to ${high}`, String(value), 'change the option');
}

/** `value` when it is a number in [low, high]; otherwise a DatasetError that names the option. */
export function numberWithin(where: string, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  throw new DatasetError(where, `a number from ${low} to ${high}`, String(value), 'change the option');
}

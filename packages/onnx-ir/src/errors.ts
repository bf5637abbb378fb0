/**
 * A model that cannot be read, is not valid, or cannot be written: where in it, what was expected, and what was found.
 * The message reads `node "conv1" (Conv): expected a kernel_shape of kind ints, got kind int`.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`, options);
  }
}

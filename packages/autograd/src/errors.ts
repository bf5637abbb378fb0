/**
 * Bad input to an operator or a function: who complains, what it expected, what it got and what to do.
 * The message reads `conv: expected input [N, C, H, W], got [3, 32]; add a batch dimension`.
 */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`, options);
  }
}

/** Bad input to a command: which, what it expected, what it got, what to do. One line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`, options);
  }
}

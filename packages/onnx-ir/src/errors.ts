const maxLength = 300;

/** Names come from files: they must not break the line or the terminal, nor be longer than a screen. */
function printable(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, '\ufffd');
  return plain.length > maxLength ? `${plain.slice(0, maxLength)}…` : plain;
}

/**
 * A model that cannot be read, is not valid, or cannot be written: where in it, what was expected, and what was found.
 * The message reads `node "conv1" (Conv): expected attribute kernel_shape of kind ints, got kind int`.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  readonly remedy: string | undefined;

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    const message = [where, expected, got].map(printable);
    super(`${message[0]}: expected ${message[1]}, got ${message[2]}${remedy ? `; ${remedy}` : ''}`, options);
    this.where = where;
    this.expected = expected;
    this.got = got;
    this.remedy = remedy;
  }

  /** The same complaint, seen from further out: `file "a.onnx", node "conv1" (Conv): ...`. */
  within(outer: string): ModelError {
    return new ModelError(`${outer}, ${this.where}`, this.expected, this.got, this.remedy, { cause: this });
  }
}

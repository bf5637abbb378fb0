/** A network that does not fit its input: the message starts with the path of the module, `conv2: expected …`. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  /** The module's place in the network, `block1.conv2`; its kind where it stands alone. */
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

export interface WorkersOptions {
  /** Threads that take a part of each batch each; 1 unless given. */
  readonly workers?: number | undefined;
  /** Threads of one operator, of each worker; all processors, shared among the workers, unless given. */
  readonly threads?: number | undefined;
  /** Further options of ONNX Runtime's sessions. */
  readonly session?: object | undefined;
  /** Told once, in one line, when steps begin to run eagerly, and why; a warning on the console unless given. */
  readonly onFallback?: ((line: string) => void) | undefined;
}

import { InputError } from '../errors.ts';
import type { Tensors } from '../trace.ts';
import { formatType } from '../types.ts';
import { OutputBuffers } from './output-buffers.ts';
import { Program, type ProgramOptions } from './program.ts';

export interface CompileOptions extends ProgramOptions {
  /** Told once, in one line, when calls begin to run eagerly, and why; a warning on the console unless given. */
  readonly onFallback?: (line: string) => void;
  /** Signatures that are compiled, 4 unless given; those that come after them run eagerly. */
  readonly maxSignatures?: number;
}

/** What `compile` gives. */
export interface Compiled<I extends Tensors, O extends Tensors> {
  (inputs: I): Promise<O>;
  /** The line of `onFallback`, once there was one. */
  fallback(): string | undefined;
  /** Frees the sessions, after the calls under way; later calls are refused. Results that were returned stay. */
  dispose(): Promise<void>;
}

/**
 * A pure function of tensors as one ONNX graph that ONNX Runtime runs: it is traced once for each signature of its
 * inputs (names, element types, shapes). What it reads beside its arguments is frozen by that; what `hostTensor` and
 * generators draw is drawn before each run, in the same order as eagerly, so that both give the same numbers.
 *
 * Results are written to two sets of buffers that take turns, so feeding a result to the next call copies nothing.
 * **A returned tensor stays valid during the next call and is written over by the one after it: copy what is kept.**
 * Calls that come while one is under way wait for it.
 *
 * Where a function can't be compiled (an operator without a form in ONNX, a shape or a branch that depends on
 * elements, a graph that ONNX Runtime refuses, too many signatures) its calls run eagerly, and `onFallback` says why.
 * An error while the graph runs is thrown.
 * @example const step = compile(({ x }) => ({ y: relu(x) }), { ort }); const { y } = await step({ x });
 */
export function compile<I extends Tensors, O extends Tensors>(
  fn: (inputs: I) => O,
  options: CompileOptions,
): Compiled<I, O> {
  const cache = new ProgramCache(fn as unknown as (inputs: Tensors) => Tensors, options);
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const result = queue.then(job);
    queue = result.catch(() => undefined);
    return result;
  };
  const call = (inputs: I): Promise<O> => inTurn(() => cache.run(inputs) as Promise<O>);
  return Object.assign(call, {
    fallback: () => cache.fallback,
    dispose: () => inTurn(() => cache.dispose()),
  });
}

const signatureOf = (inputs: Tensors): string =>
  Object.entries(inputs)
    .map(([name, x]) => `${name}: ${formatType(x)}`)
    .join('\n');

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0];

class ProgramCache {
  fallback: string | undefined;
  readonly #fn: (inputs: Tensors) => Tensors;
  readonly #options: CompileOptions;
  /** By signature; the reason where one can't be compiled. */
  readonly #programs = new Map<string, Program | string>();
  readonly #buffers = new OutputBuffers();
  #disposed = false;

  constructor(fn: (inputs: Tensors) => Tensors, options: CompileOptions) {
    this.#fn = fn;
    this.#options = options;
  }

  async run(inputs: Tensors): Promise<Tensors> {
    if (this.#disposed)
      throw new InputError(
        'compile',
        'a function that is in use',
        'a call after dispose',
        'compile it again',
      );
    const program = await this.#programFor(inputs);
    if (typeof program !== 'string')
      return program.run(inputs, this.#buffers.next(program.outputTypes, inputs));
    // Where it is the function that is wrong, this throws, and nothing is said of compiling.
    const results = this.#fn(inputs);
    this.#fallBack(program);
    return results;
  }

  async #programFor(inputs: Tensors): Promise<Program | string> {
    const { maxSignatures = 4 } = this.#options;
    const signature = signatureOf(inputs);
    const known = this.#programs.get(signature);
    if (known !== undefined) return known;
    if (this.#programs.size >= maxSignatures) return `more than ${maxSignatures} signatures of inputs came`;
    const program = await Program.create(this.#fn, inputs, this.#options).catch(firstLine);
    this.#programs.set(signature, program);
    return program;
  }

  #fallBack(reason: string): void {
    if (this.fallback) return;
    this.fallback = `compile: runs eagerly, because ${reason}`;
    (this.#options.onFallback ?? console.warn)(this.fallback);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const program of this.#programs.values()) if (typeof program !== 'string') await program.release();
    this.#programs.clear();
    this.#buffers.clear();
  }
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { runnerSource } from './runner-source.ts';

const execute = promisify(execFile);

/** What `generateC` of runtime-embedded gives, as far as it matters here. */
export interface CompilableC {
  readonly name: string;
  readonly header: string;
  readonly source: string;
  readonly interface: {
    readonly inputs: readonly {
      readonly cType: string;
      readonly size: number;
      readonly byteLength: number;
    }[];
    readonly outputs: readonly {
      readonly cType: string;
      readonly size: number;
      readonly byteLength: number;
    }[];
  };
}

/** How to make a program, and how to start it. */
export interface Toolchain {
  /** Such as `gcc` or `aarch64-linux-gnu-gcc`. */
  readonly compiler: string;
  readonly flags?: readonly string[];
  /** Come after the sources: `-lm`, linker scripts. */
  readonly libraries?: readonly string[];
  /** C files, by name, that are compiled too: start-up code of a bare machine. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Starts the program, with the program and its arguments after it: `['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu']`. */
  readonly runner?: readonly string[];
  /** The whole command, where the arguments go elsewhere. */
  readonly command?: (program: string, args: readonly string[]) => readonly string[];
  /** Milliseconds after which a run is given up. */
  readonly timeout?: number;
  /** Ends what is being compiled or run. */
  readonly signal?: AbortSignal;
}

/** What generated code has to be clean under. */
export const strictFlags = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror'] as const;
/** Stop at the first access out of bounds or undefined operation, with a message. */
export const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-g'] as const;

/** This machine's compiler, every warning an error. */
export const hostToolchain: Toolchain = { compiler: 'gcc', flags: [...strictFlags, '-O2'] };

/** Why tests that need a command can't run here; undefined where they can, and in CI, where its absence is a failure. */
export function commandMissing(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isThere = folders.some((folder) => existsSync(join(folder, command)));
  return process.env.CI || isThere ? undefined : `no ${command}`;
}

export interface CompiledC {
  /** The program. */
  readonly file: string;
  /** The folder with the sources and the program. */
  readonly folder: string;
  /**
   * The outputs for inputs that lie one after the other, as `runnerSource` reads them.
   * @throws Error with what the program wrote, when it fails
   */
  run(inputs: Uint8Array): Promise<Uint8Array>;
  /** Seconds of processor time of one run, the mean over the inputs and the repeats. */
  time(inputs: Uint8Array, repeats: number): Promise<number>;
  /** Removes the folder. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Compiles generated code with a program that runs it over a file, in a folder of its own.
 * @throws Error with the compiler's messages, warnings included where flags make them errors
 */
export async function compileC(
  program: CompilableC,
  toolchain: Toolchain = hostToolchain,
): Promise<CompiledC> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-c-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await build(program, toolchain, folder)), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function build(
  program: CompilableC,
  toolchain: Toolchain,
  folder: string,
): Promise<Omit<CompiledC, typeof Symbol.asyncDispose>> {
  const {
    compiler,
    flags = [],
    libraries = ['-lm'],
    sources = {},
    runner = [],
    timeout = 600_000,
    signal,
  } = toolchain;
  const { name, header, source, interface: ports } = program;
  const compiled = { [`${name}.c`]: source, 'runner.c': runnerSource(program), ...sources };
  for (const [file, text] of Object.entries({ ...compiled, [`${name}.h`]: header }))
    await writeFile(join(folder, file), text);
  const file = join(folder, 'runner');
  await start(compiler, [...flags, ...Object.keys(compiled), '-o', file, ...libraries], folder, {
    timeout,
    signal,
  });
  const command = toolchain.command ?? ((at: string, args: readonly string[]) => [...runner, at, ...args]);
  const inputBytes = ports.inputs.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const outputBytes = ports.outputs.reduce((sum, { byteLength }) => sum + byteLength, 0);

  const go = async (inputs: Uint8Array, extra: readonly string[]) => {
    await writeFile(join(folder, 'inputs.bin'), inputs);
    const [program_, ...args] = command(file, ['inputs.bin', 'outputs.bin', ...extra]);
    const printed = await start(program_!, args, folder, { timeout, signal });
    return { printed, outputs: new Uint8Array(await readFile(join(folder, 'outputs.bin'))) };
  };
  return {
    file,
    folder,
    async run(inputs) {
      const { outputs } = await go(inputs, []);
      const expected = (inputs.length / inputBytes) * outputBytes;
      if (outputs.length !== expected)
        throw new Error(
          `${name}: expected ${expected} bytes of outputs, got ${outputs.length}; are the inputs whole?`,
        );
      return outputs;
    },
    async time(inputs, repeats) {
      const { printed } = await go(inputs, [String(repeats)]);
      return Number(printed) / repeats / (inputs.length / inputBytes);
    },
  };
}

/** @throws Error with all that the command wrote */
async function start(
  command: string,
  args: readonly string[],
  cwd: string,
  { timeout, signal }: { readonly timeout: number; readonly signal: AbortSignal | undefined },
): Promise<string> {
  try {
    return (
      await execute(command, args, { cwd, timeout, signal, killSignal: 'SIGKILL', maxBuffer: 64 << 20 })
    ).stdout;
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr = '', stdout = '', message } = error as Error & { stderr?: string; stdout?: string };
    throw new Error(`${message.split('\n')[0]}\n${stderr || stdout}`.slice(0, 8000), { cause: error });
  }
}

import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** After so long it is ended; by default two minutes. */
  readonly milliseconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Of what a command says, an error quotes the end. */
const quoted = 1500;

/**
 * Runs a command to its end, or ends it when the signal fires.
 * @returns what it wrote to its standard output
 * @throws Error with the end of its output when it does not end with 0; the signal's reason
 */
export async function runCommand(
  command: string,
  parameters: readonly string[],
  { cwd, signal, milliseconds = 120_000, env }: CommandOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(command, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it started ends with it.
    detached: process.platform !== 'win32',
  });
  const end = (): void => {
    try {
      if (process.platform === 'win32') child.kill('SIGKILL');
      else process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, milliseconds);
  signal?.addEventListener('abort', end, { once: true });
  const [output, errors]: string[][] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output!.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors!.push(text));
  try {
    const code = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode, killedBy) => resolve(exitCode ?? killedBy));
    });
    signal?.throwIfAborted();
    if (timedOut) throw new Error(`${command}: expected an end within ${milliseconds / 1000} s, got none`);
    if (code !== 0) {
      const said = [...output!, ...errors!].join('').trim().slice(-quoted);
      throw new Error(`${command}: expected exit code 0, got ${code}${said ? `: ${said}` : ''}`);
    }
    return output!.join('');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

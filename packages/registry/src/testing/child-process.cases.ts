import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Child {
  readonly pid: number;
  /** Lines of its standard output so far. */
  readonly lines: string[];
  /** The next line that starts with a text, or that came already. @throws Error when the process ends before */
  line(start: string): Promise<string>;
  /** Sends SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Waits for the end. @throws Error unless it is 0 */
  ended(): Promise<void>;
}

/** Runs a file of these sources as a process of its own. */
export function startChild(file: URL, ...args: string[]): Child {
  const flags = ['--import', 'tsx', '--conditions=@trainyard/source'];
  const child: ChildProcess = spawn(process.execPath, [...flags, file.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const reader = createInterface({ input: child.stdout! });
  reader.on('line', (line) => {
    lines.push(line);
    tell();
  });
  // All lines have come by then.
  const gone = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  let over = false;
  void gone.then(() => {
    over = true;
    tell();
  });
  return {
    pid: child.pid!,
    lines,
    line: (start) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => line.startsWith(start));
          if (found === undefined && !over) return;
          listeners.delete(look);
          if (found === undefined)
            reject(new Error(`process ${child.pid} ended without ${start}: ${lines.join(' | ')}`));
          else resolve(found);
        };
        listeners.add(look);
        look();
      }),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async ended() {
      const [[code]] = await gone;
      if (code !== 0) throw new Error(`process ${child.pid} ended with ${code}: ${lines.join(' | ')}`);
    },
  };
}

import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Which process of which machine: enough to tell, later, whether it still lives. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in ticks since the machine did; empty where the platform doesn't say. */
  readonly started: string;
  readonly host: string;
  /** The start of the machine's kernel; empty where the platform doesn't say. */
  readonly boot: string;
  /** In which container its number counts; empty where the platform doesn't say. */
  readonly namespace: string;
}

/** What is known of another process; `unknown` for one of another machine or container. */
export type Liveness = 'alive' | 'dead' | 'unknown';

let own: Promise<ProcessIdentity> | undefined;

export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= (async () => ({
    pid: process.pid,
    started: await startOf(process.pid),
    host: hostname(),
    boot: (await readText('/proc/sys/kernel/random/boot_id')).trim(),
    namespace: await readlink('/proc/self/ns/pid').catch(() => ''),
  }))();
  return own;
}

/** Whether a process lives, as far as this one can see. */
export async function livenessOf(other: ProcessIdentity): Promise<Liveness> {
  const self = await ownIdentity();
  if (other.boot !== self.boot)
    return other.host === self.host && other.boot && self.boot ? 'dead' : 'unknown';
  if (other.namespace !== self.namespace || (!self.boot && other.host !== self.host)) return 'unknown';
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'dead';
  }
  return (await startOf(other.pid)) === other.started ? 'alive' : 'dead';
}

/**
 * proc(5): field 22 of stat, counted behind the name, which may hold spaces and brackets. A zombie, which has ended
 * and waits for its parent, has none.
 */
async function startOf(pid: number): Promise<string> {
  const stat = await readText(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '');
}

const readText = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError } from './errors.ts';

/** Who works on a pipeline: the process of Nx, which runs one stage after the other, or a stage that was run alone. */
interface Owner {
  readonly pid: number;
  /** Tells the process from a later one of the same number; empty where the platform doesn't say. */
  readonly started: string;
}

/**
 * Keeps two commands from working on one pipeline at once: they would mix their files, and Nx would remember the mix.
 * The lock of a process that has died is taken over; one that Nx holds ends with Nx.
 * @returns what releases it
 * @throws CommandError when another living process holds it
 */
export async function lock(file: string, env = process.env): Promise<() => Promise<void>> {
  const pid = ownerId(env);
  if (pid === undefined) return async () => undefined;
  const own: Owner = { pid, started: await startOf(pid) };
  await mkdir(dirname(file), { recursive: true });
  while (!(await tryCreate(file, own))) {
    const holder = await readOwner(file);
    if (holder?.pid === own.pid && holder.started === own.started) break;
    if (holder && (await isAlive(holder)))
      throw new CommandError(
        dirname(file),
        'no other command on this pipeline',
        `process ${holder.pid} at work`,
        'wait until it has ended, or stop it',
      );
    await rm(file, { force: true });
  }
  return async () => {
    if (pid === process.pid) await rm(file, { force: true });
  };
}

/** Stages of one run of Nx share its lock. Undefined where they can't know that they belong together. */
function ownerId({
  NX_INVOCATION_ANCESTOR_PIDS: ancestors,
  NX_TASK_TARGET_PROJECT: task,
}: NodeJS.ProcessEnv) {
  if (!task) return process.pid;
  const nx = Number(ancestors?.match(/\d+$/)?.[0]);
  return nx > 0 ? nx : undefined;
}

async function tryCreate(file: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    await rm(file, { force: true });
    throw error;
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await startOf(pid)) === started;
}

/** When a process started, in ticks since the machine did (proc(5), field 22 of stat, counted behind the name). */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
